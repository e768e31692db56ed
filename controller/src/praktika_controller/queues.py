"""Queues in SQS, as far as a machine needs them: lease one message, keep it, give it back.

Names and letters are those of praktika's own adapter; a test holds them together.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from praktika_controller.aws import Clients, code_of

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import ReceiveMessageResultTypeDef

ORDERED = ".fifo"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_STALE = {
    *("ReceiptHandleIsInvalid", "InvalidParameterValue", "MessageNotInflight"),
    *("AWS.SimpleQueueService.MessageNotInflight", "InvalidReceiptHandle"),
}
"""What SQS says of a receipt that is not good any more."""


def queue_name(project: str, queue: str) -> str:
    """The name on AWS of a queue of praktika."""
    bare = queue.removesuffix(ORDERED)
    ending = queue[len(bare) :]
    name = f"{project}-{bare}"
    if _NAME.fullmatch(name) and len(name + ending) <= 80:
        return name + ending
    digest = hashlib.sha256(queue.encode()).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9_-]", "_", name)[: 80 - len(ending) - 13]
    return f"{readable}-{digest}{ending}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A leased message.

    Attributes:
        queue: praktika's name of the queue.
        id, receipt, body: as SQS gave them.
        deliveries: how many times it has been leased, this time included.
        attributes: those of the message that hold bytes, by name.
        group: in an ordered queue, what SQS says it belongs to.
        since: reading of the machine's monotonic clock, from which on the lease is counted.
    """

    queue: str
    id: str
    receipt: str
    body: str
    deliveries: int
    attributes: Mapping[str, bytes]
    group: str
    since: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """About how many messages of a queue wait, and how many are leased."""

    waiting: int
    leased: int


class Queues:
    """The queues of one installation; for all threads.

    Args:
        aws: the clients.
        project: slug of the installation.
    """

    def __init__(self, aws: Clients, project: str) -> None:
        self._aws = aws
        self._project = project
        self._urls: dict[str, str] = {}

    def receive(self, queue: str, *, lease: int, wait: int) -> tuple[Leased | None, str]:
        """Lease a message, waiting up to `wait` seconds; it, and what time AWS says it is."""
        since = time.monotonic()
        answer = self._aws.sqs.receive_message(
            QueueUrl=self._url(queue),
            MaxNumberOfMessages=1,
            VisibilityTimeout=lease,
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "MessageGroupId"],
            MessageAttributeNames=["All"],
        )
        date = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date", "")
        found = _leased(queue, answer, since)
        if found is not None and time.monotonic() - since > lease / 3:
            # Nobody tells how much of it was waiting: with a new lease that does not matter.
            since = time.monotonic()
            if not self.extend(found, lease):
                return None, date
            found = _leased(queue, answer, since)
        return found, date

    def extend(self, leased: Leased, seconds: int) -> bool:
        """Let the lease end so many seconds from now; False if it has lapsed."""
        try:
            self._aws.sqs.change_message_visibility(
                QueueUrl=self._url(leased.queue),
                ReceiptHandle=leased.receipt,
                VisibilityTimeout=seconds,
            )
        except self._aws.sqs.exceptions.ClientError as error:
            if code_of(error) in _STALE:
                return False
            raise
        return True

    def load(self, queue: str) -> Load:
        """How much there is to do; what is delayed is not."""
        answer = self._aws.sqs.get_queue_attributes(
            QueueUrl=self._url(queue),
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
            ],
        )
        found = answer["Attributes"]
        return Load(
            waiting=int(found["ApproximateNumberOfMessages"]),
            leased=int(found["ApproximateNumberOfMessagesNotVisible"]),
        )

    def _url(self, queue: str) -> str:
        if queue not in self._urls:
            name = queue_name(self._project, queue)
            self._urls[queue] = self._aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return self._urls[queue]


def _leased(queue: str, answer: ReceiveMessageResultTypeDef, since: float) -> Leased | None:
    for one in answer.get("Messages", []):
        system: dict[Any, str] = dict(one.get("Attributes", {}))
        attributes = {
            name: bytes(value["BinaryValue"])
            for name, value in one.get("MessageAttributes", {}).items()
            if "BinaryValue" in value
        }
        return Leased(
            queue=queue,
            id=one["MessageId"],
            receipt=one["ReceiptHandle"],
            body=one["Body"],
            deliveries=int(system.get("ApproximateReceiveCount", "1")),
            attributes=attributes,
            group=system.get("MessageGroupId", ""),
            since=since,
        )
    return None
