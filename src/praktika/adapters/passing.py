"""A queue that hands everything on to another one, for those that change a part of it."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.ports.queue import Backlog, Message, Queue


class PassingQueue:
    """A `Queue` in front of another one.

    Args:
        queue: the other one.
    """

    def __init__(self, queue: Queue) -> None:
        self.inner = queue

    def create(self, queue: str) -> None:
        """Make a queue; see the port."""
        self.inner.create(queue)

    def remove(self, queue: str) -> None:
        """Remove a queue; see the port."""
        self.inner.remove(queue)

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages; see the port."""
        self.inner.send(queue, bodies, group=group, identity=identity, delay=delay)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages; see the port."""
        return self.inner.receive(queue, limit=limit, lease=lease, wait=wait)

    def extend(self, message: Message, lease: float) -> None:
        """Let a lease go on; see the port."""
        self.inner.extend(message, lease)

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        self.inner.ack(messages)

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back; see the port."""
        self.inner.release(message, delay)

    def depth(self, queue: str) -> int:
        """About how many messages wait; see the port."""
        return self.inner.depth(queue)

    def backlog(self, queue: str) -> Backlog:
        """About how many messages there are; see the port."""
        return self.inner.backlog(queue)
