"""Queues: work for runners, events for orchestrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A leased message.

    Attributes:
        queue: the queue that it came from.
        body: as it was sent.
        receipt: names this lease; a later lease of the same message has another.
        deliveries: how many times it has been leased, this time included.
    """

    queue: str
    body: bytes
    receipt: str
    deliveries: int


class Queue(Protocol):
    """Named queues of messages, delivered at least once.

    Order: oldest first, as far as leases allow; a consumer must not depend on it.
    Concurrency: while a lease lasts, nobody else receives the message. A lease that lapses gives
    the message back; with its receipt nothing can be done any more.
    Idempotence: a body whose `identity` the queue holds, or held within the last five minutes, is
    not added again.
    """

    def send(self, queue: str, bodies: Sequence[bytes], *, identity: Sequence[str] = ()) -> None:
        """Add messages, all or none. `identity` has one entry a body, or none at all."""

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease up to `limit` messages for `lease` seconds, waiting up to `wait` for the first."""

    def extend(self, message: Message, lease: float) -> None:
        """Let the lease end `lease` seconds from now.

        Raises:
            Conflict: the lease has lapsed; somebody else may have the message.
        """

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages that are dealt with; those with a lapsed lease stay, silently."""

    def release(self, message: Message) -> None:
        """Give a message back at once; does nothing if the lease has lapsed."""
