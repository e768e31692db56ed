"""The queues as runners of a cloud have them: they refuse what no orchestrator has signed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from praktika.adapters.sealed.envelope import Proven, Refused, Signed, opened, signed_bytes
from praktika.adapters.sealed.keys import PublicKeys
from praktika.adapters.sealed.passing import Custom, Passing
from praktika.model.events import JobFinished, JobLost, JobStarted, decode_event
from praktika.model.task import Task
from praktika.model.wire import WireError, decode, encode
from praktika.ports.queue import Message, Queue

_Attempt = tuple[str, str, int]

_KNOWN = 1000


class VerifyingQueue(Passing):
    """A `Queue` that takes signed tasks and requests alone, and shows their proofs in reports.

    Args:
        queue: where everything goes.
        custom: which queues these are.
        keys: of orchestrators.
    """

    def __init__(self, queue: Queue, custom: Custom, keys: PublicKeys) -> None:
        super().__init__(queue, custom)
        self._keys = keys
        self._proofs: OrderedDict[_Attempt, str] = OrderedDict()

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages, reports with the proof of their attempt; see the port.

        Whoever could foresee the identity of a report could send something else under it before,
        and the report would be dropped: so the proof is a part of it.
        """
        if queue == self.custom.reports:
            proofs = [self._proof(group, body) for body in bodies]
            bodies = [_proven(*each) for each in zip(bodies, proofs, strict=True)]
            identity = [f"{each} {proof}" for each, proof in zip(identity, proofs, strict=False)]
        super().send(queue, bodies, group=group, identity=identity, delay=delay)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages, and only those that are signed; see the port."""
        messages = super().receive(queue, limit=limit, lease=lease, wait=wait)
        return self.accepted(messages, self._open) if self.custom.is_signed(queue) else messages

    def _open(self, message: Message) -> Message:
        found = opened(message.body, Signed)
        assert isinstance(found, Signed)
        data = signed_bytes(message.queue, found.proof, found.body)
        if not self._keys.verify(found.signature, data):
            raise Refused("its signature is not one of an orchestrator, for this queue")
        body = found.body.encode("utf-8", "replace")
        if found.proof:
            self._remember(body, found.proof)
        return replace(message, body=body)

    def _remember(self, body: bytes, proof: str) -> None:
        try:
            task = decode(body, Task)
        except WireError as error:
            raise Refused(f"it is signed, and no task: {error}") from error
        self._proofs[task.run, task.job, task.attempt] = proof
        while len(self._proofs) > _KNOWN:
            self._proofs.popitem(last=False)

    def _proof(self, run: str, body: bytes) -> str:
        event = decode_event(body)
        assert isinstance(event, JobStarted | JobFinished | JobLost)
        return self._proofs[run, event.job, event.attempt]


def _proven(body: bytes, proof: str) -> bytes:
    return encode(Proven(v=1, body=body.decode(), proof=proof))
