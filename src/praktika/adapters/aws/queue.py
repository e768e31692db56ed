"""Queues in SQS: FIFO queues for ordered ones, standard queues for plain ones.

What FIFO queues promise is what the port promises of ordered ones: a message's identity is its
deduplication id, so that a request that botocore makes again after a lost answer adds nothing.
"""

from __future__ import annotations

import json
import math
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from praktika.adapters.aws import letters
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import answer_fault, code_of, translated
from praktika.adapters.aws.leases import Leases
from praktika.adapters.rules import check_delay, check_lease, grave_of, is_ordered, paired
from praktika.errors import Absent, Conflict, TransientError
from praktika.ports.queue import MAX_DELIVERIES, Backlog, Message, dead_letters

_BATCH = 10
_BATCH_BYTES = 256 * 1024
"""Of all messages of a request. AWS takes four times as much by now, but not everywhere."""

_LONG_POLL = 20
_SHORTEST = 0.5
_RETENTION = 14 * 24 * 3600
_WAITING: Final = "ApproximateNumberOfMessages"
_LEASED: Final = "ApproximateNumberOfMessagesNotVisible"
_DELAYED: Final = "ApproximateNumberOfMessagesDelayed"
_STALE = {
    *("ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight"),
    *("AWS.SimpleQueueService.MessageNotInflight", "InvalidReceiptHandle"),
}
"""What SQS says of a receipt that is not good any more."""


class SqsQueue:
    """A `Queue` in SQS, for all who have credentials for it.

    Queues have to be created first. Leases and delays are rounded up to whole seconds. A lease
    ends by this process's clock, and at the latest when SQS lets somebody else have the message.
    All in all, it can be extended to 12 hours.

    Args:
        aws: the clients.
        prefix: what the names of all queues on AWS begin with, before a "-".
        is_ours: whether a queue, by its name, is for us to make and to remove; others are made by
            whoever has deployed the installation.
    """

    def __init__(
        self, aws: Clients, prefix: str, is_ours: Callable[[str], bool] = lambda _queue: True
    ) -> None:
        self._aws = aws
        self._prefix = prefix
        self._is_ours = is_ours
        self._urls: dict[str, str] = {}
        self._leases = Leases()

    def name(self, queue: str) -> str:
        """The queue's name on AWS; for policies and alarms. Not part of the port."""
        return letters.queue_name(self._prefix, queue)

    def create(self, queue: str) -> None:
        """Make a queue, and the one for its dead letters; nothing if it is there."""
        ordered = is_ordered(queue)
        if not self._is_ours(queue):
            return
        grave = grave_of(queue)
        attributes: dict[str, str] = {}
        if grave:
            url = self._create(grave, {}, ordered=ordered)
            with translated(f"cannot look at queue {self.name(grave)}"):
                answer = self._aws.sqs.get_queue_attributes(
                    QueueUrl=url, AttributeNames=["QueueArn"]
                )
            policy = {
                "deadLetterTargetArn": answer["Attributes"]["QueueArn"],
                "maxReceiveCount": MAX_DELIVERIES,
            }
            attributes["RedrivePolicy"] = json.dumps(policy)
        self._create(queue, attributes, ordered=ordered)

    def remove(self, queue: str) -> None:
        """Remove a queue with its dead letters; nothing if it is not there.

        For a minute, AWS does not let it be created again.
        """
        is_ordered(queue)
        for name in (queue, dead_letters(queue)) if self._is_ours(queue) else ():
            try:
                with self._speaking("remove", name):
                    self._aws.sqs.delete_queue(QueueUrl=self._url(name))
            except Absent:
                pass
            self._urls.pop(name, None)

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages; see the port.

        Ten go in one request, of which AWS may refuse some: when they are sent again, they come
        after the others.
        """
        pairs = paired(queue, bodies, group, identity, delay)
        made = [letters.entry(body, group, name, math.ceil(delay)) for body, name in pairs]
        for batch in _batches(made):
            entries: Any = [{"Id": str(number), **one} for number, one in enumerate(batch)]
            with self._speaking("send to", queue):
                answer = self._aws.sqs.send_message_batch(
                    QueueUrl=self._url(queue), Entries=entries
                )
            self._check(answer.get("Failed", []), "send to", queue, "SendMessageBatch")

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages; see the port."""
        is_ordered(queue)
        check_lease(lease)
        deadline = time.monotonic() + wait
        while True:
            left = deadline - time.monotonic()
            seconds = max(0, min(round(left), _LONG_POLL, int(self._aws.timeout / 2)))
            received = self._receive(queue, min(limit, _BATCH), lease, seconds)
            if received or left <= 0:
                break
            rest = max(0.0, deadline - time.monotonic())
            if rest < _SHORTEST:  # less is left than SQS can wait
                time.sleep(rest)
                if seconds:  # that was long enough to hear of everything
                    break
        while received and len(received) < limit:
            try:
                more = self._receive(queue, min(limit - len(received), _BATCH), lease, 0)
            except TransientError:  # those that are here must not be lost with it
                break
            if not more:
                break
            received += more
        return received

    def extend(self, message: Message, lease: float) -> None:
        """Let the lease end `lease` seconds from now; see the port."""
        check_lease(lease)
        if not self._hide(message, math.ceil(lease)):
            raise Conflict(f"the lease of a message of queue {message.queue} has lapsed")
        self._leases.begin([message.receipt], lease)

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        alive = [message for message in messages if not self._leases.lapsed(message.receipt)]
        for queue in dict.fromkeys(message.queue for message in alive):
            of_queue = [message.receipt for message in alive if message.queue == queue]
            for start in range(0, len(of_queue), _BATCH):
                self._ack(queue, of_queue[start : start + _BATCH])

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back; see the port."""
        check_delay(delay)
        if self._hide(message, math.ceil(delay)):
            self._leases.end([message.receipt])

    def depth(self, queue: str) -> int:
        """About how many messages wait; see the port."""
        return self.backlog(queue).waiting

    def backlog(self, queue: str) -> Backlog:
        """About how many messages there are; see the port."""
        is_ordered(queue)
        with self._speaking("look at", queue):
            answer = self._aws.sqs.get_queue_attributes(
                QueueUrl=self._url(queue), AttributeNames=[_WAITING, _LEASED, _DELAYED]
            )
        waiting, leased, delayed = (
            int(answer["Attributes"][name]) for name in (_WAITING, _LEASED, _DELAYED)
        )
        return Backlog(waiting=waiting, leased=leased, delayed=delayed)

    def _create(self, queue: str, attributes: dict[str, str], *, ordered: bool) -> str:
        wanted: Any = {"MessageRetentionPeriod": str(_RETENTION), **attributes}
        fixed: Any = {"FifoQueue": "true"} if ordered else {}
        with translated(f"cannot create queue {self.name(queue)}"):
            # only what cannot be changed afterwards: SQS refuses to create what is there otherwise
            answer = self._aws.sqs.create_queue(QueueName=self.name(queue), Attributes=fixed)
            url = answer["QueueUrl"]
            self._aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=wanted)
        self._urls[queue] = url
        return url

    def _receive(self, queue: str, limit: int, lease: float, seconds: int) -> list[Message]:
        # with the same attempt id, a request made again gives the same messages
        attempt: Any = {"ReceiveRequestAttemptId": secrets.token_hex(16)}
        with self._speaking("receive from", queue):
            answer = self._aws.sqs.receive_message(
                QueueUrl=self._url(queue),
                MaxNumberOfMessages=limit,
                VisibilityTimeout=math.ceil(lease),
                WaitTimeSeconds=seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId"],
                MessageAttributeNames=["All"],
                **(attempt if is_ordered(queue) else {}),
            )
        messages = [letters.message(queue, one) for one in answer.get("Messages", [])]
        self._leases.begin([message.receipt for message in messages], lease)
        return messages

    def _hide(self, message: Message, seconds: int) -> bool:
        """Let nobody receive a leased message for so long; False if its lease has lapsed."""
        if self._leases.lapsed(message.receipt):
            return False
        with self._speaking("change a lease in", message.queue):
            try:
                self._aws.sqs.change_message_visibility(
                    QueueUrl=self._url(message.queue),
                    ReceiptHandle=message.receipt,
                    VisibilityTimeout=seconds,
                )
            except self._aws.sqs.exceptions.ClientError as error:
                if code_of(error) in _STALE:
                    return False
                raise
        return True

    def _ack(self, queue: str, receipts: list[str]) -> None:
        entries: Any = [
            {"Id": str(number), "ReceiptHandle": receipt} for number, receipt in enumerate(receipts)
        ]
        with self._speaking("remove a message from", queue):
            answer = self._aws.sqs.delete_message_batch(QueueUrl=self._url(queue), Entries=entries)
        failed = [one for one in answer.get("Failed", []) if one["Code"] not in _STALE]
        bad = {int(one["Id"]) for one in failed}
        self._leases.end([one for number, one in enumerate(receipts) if number not in bad])
        self._check(failed, "remove a message from", queue, "DeleteMessageBatch")

    def _check(self, failed: Sequence[Any], doing: str, queue: str, operation: str) -> None:
        """Raise what the first failed entry of a batch says."""
        for one in failed:
            text = f"cannot {doing} queue {self.name(queue)}, {len(failed)} of a batch failed"
            raise answer_fault(one["Code"], one.get("Message", ""), text, operation=operation)

    def _url(self, queue: str) -> str:
        if queue not in self._urls:
            answer = self._aws.sqs.get_queue_url(QueueName=self.name(queue))
            self._urls[queue] = answer["QueueUrl"]
        return self._urls[queue]

    def _speaking(self, doing: str, queue: str) -> Any:
        name = self.name(queue)
        return translated(
            f"cannot {doing} queue {name}",
            f"there is no queue {name} in {self._aws.region}. `praktika orchestrator` and "
            "`praktika runner` make theirs when they start; check that they did, AWS_REGION, and "
            "the account that these credentials belong to.",
        )


def _batches(entries: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The entries in order, as many at once as SQS takes."""
    batch: list[dict[str, Any]] = []
    size = 0
    for one in entries:
        more = letters.size_of(one)
        if batch and (len(batch) == _BATCH or size + more > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += more
    if batch:
        yield batch
