"""Queues: work for runners, events for orchestrators, and alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

ORDERED = ".fifo"
"""How the name of an ordered queue ends."""

MAX_DELIVERIES = 30
"""A message that was leased so often and is still there is set aside, see `dead_letters`."""

MAX_DELAY = 900.0
"""Seconds that a message can be held back for."""

MAX_LEASE = 43_200.0
"""Seconds that a lease can be long at most."""

MAX_BODY = 240 * 1024
"""Bytes that a message can have."""


def dead_letters(queue: str) -> str:
    """The queue in which the messages of this one are set aside that nobody could deal with."""
    bare = queue.removesuffix(ORDERED)
    return f"{bare}-dead{queue[len(bare) :]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A leased message.

    Attributes:
        queue: the queue that it came from.
        body: as it was sent.
        id: names the message: the same at each delivery, another one for each `send`.
        receipt: names this lease; a later lease of the same message has another.
        deliveries: how many times it has been leased, this time included.
        group: in an ordered queue, what it belongs to.
    """

    queue: str
    body: bytes
    id: str
    receipt: str
    deliveries: int
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """About how many messages a queue has; stores with many machines count a moment late.

    Attributes:
        waiting: can be received, or follow one of their group that somebody has.
        leased: somebody has them.
        delayed: held back, and nobody has them. What was given back with a delay may be counted
            as leased.
    """

    waiting: int = 0
    leased: int = 0
    delayed: int = 0


class Queue(Protocol):
    """Named queues of messages, delivered at least once. Queue names are `[A-Za-z0-9._-]{1,60}`.

    Two kinds, told apart by the name:

    - An *ordered* queue (`….fifo`). Every message has a group. Those of one group are received in
      the order in which they were sent, and while any of them is leased nobody else receives one
      of that group. A body whose identity was sent to this queue within the last five minutes is
      not added again. There is no delay.
    - A *plain* queue. No order is promised, there are no groups and identities, and what was sent
      once may come twice, as two messages. A message may be delayed.

    Concurrency: while a lease lasts, nobody else receives the message. A lease that lapses gives
    the message back; with its receipt nothing can be done any more. Leases and delays are in whole
    seconds in some stores, which round up.

    A message that has been leased `MAX_DELIVERIES` times and is to be leased once more is moved to
    the queue of `dead_letters`, and stays there.

    Every method raises Absent where the store says that the queue was never made, and ValueError
    for what does not belong to the kind of queue, as for a name that is none.
    """

    def create(self, queue: str) -> None:
        """Make a queue, and the one for its dead letters; nothing if it is there."""

    def remove(self, queue: str) -> None:
        """Remove a queue with its messages and dead letters; nothing if it is not there."""

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages. Should it raise, some of them may have been added.

        Args:
            queue: where to.
            bodies: what to send, each with up to 240 KiB.
            group: for an ordered queue, what they belong to.
            identity: for an ordered queue, one a body, or none at all.
            delay: for a plain queue, seconds until they can be received, up to `MAX_DELAY`.
        """

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

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back, at once or after `delay`; nothing if the lease has lapsed.

        In an ordered queue, its group waits with it.
        """

    def depth(self, queue: str) -> int:
        """About how many messages wait to be received; those leased or delayed are not counted."""

    def backlog(self, queue: str) -> Backlog:
        """About how many messages there are, dead letters left out."""
