"""The queues as orchestrators of a cloud have them: they sign what runners do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from praktika.adapters.sealed.envelope import Proven, Refused, Signed, opened, signed_bytes
from praktika.adapters.sealed.keys import SigningKeys
from praktika.adapters.sealed.passing import Custom, Passing
from praktika.model.events import JobFinished, JobLost, JobStarted, decode_event
from praktika.model.task import Task
from praktika.model.wire import WireError, decode, encode
from praktika.ports.queue import Message, Queue

SKEW = 600.0
"""Seconds that the clock of a runner may be ahead; a machine stops working at less than that."""

_CONTROL = re.compile(r"control-[A-Za-z0-9._-]{1,52}")
"""What queues can be called: any other name would be an error for whoever is to send there."""


class SigningQueue(Passing):
    """A `Queue` that signs tasks and requests to stop, and takes reports with proofs alone.

    Args:
        queue: where everything goes.
        custom: which queues these are.
        keys: sign.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        queue: Queue,
        custom: Custom,
        keys: SigningKeys,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(queue, custom)
        self._keys = keys
        self._now = now

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages, signed where runners listen; see the port."""
        if self.custom.is_signed(queue):
            bodies = [self._signed(queue, body.decode()) for body in bodies]
        super().send(queue, bodies, group=group, identity=identity, delay=delay)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages; reports only with a proof. See the port."""
        messages = super().receive(queue, limit=limit, lease=lease, wait=wait)
        return self.accepted(messages, self._open) if queue == self.custom.reports else messages

    def _signed(self, queue: str, body: str) -> bytes:
        proof = "" if _is_control(queue) else self._proof_for(body)
        signature = self._keys.sign(signed_bytes(queue, proof, body))
        return encode(Signed(v=1, body=body, signature=signature, proof=proof))

    def _proof_for(self, body: str) -> str:
        """What the runner of a task shows when it tells of it."""
        task = decode(body.encode(), Task)
        return self._keys.proof(task.run, task.job, task.attempt)

    def _open(self, message: Message) -> Message:
        """The event that a runner tells of its own attempt."""
        report = opened(message.body, Proven)
        assert isinstance(report, Proven)
        body = report.body.encode("utf-8", "replace")
        try:
            event = decode_event(body)
        except WireError as error:
            raise Refused(f"it is no event: {error}") from error
        if not isinstance(event, JobStarted | JobFinished | JobLost):
            raise Refused(f"no runner may tell of {type(event).__name__}")
        if not self._keys.proves(report.proof, message.group, event.job, event.attempt):
            raise Refused(f"it has no proof for attempt {event.attempt} of {event.job[:80]}")
        if not 0 <= event.at <= self._now() + SKEW:
            raise Refused("it tells of a time that has not come, from which nothing may be counted")
        control = event.control if isinstance(event, JobStarted) else ""
        if control and not _CONTROL.fullmatch(control):
            raise Refused(f"'{control[:80]}' is no queue that a runner listens to")
        return replace(message, body=body)


def _is_control(queue: str) -> bool:
    return queue.startswith("control-")
