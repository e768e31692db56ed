"""A queue that hands on what is in order; what is refused is set aside."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from praktika.adapters.passing import PassingQueue
from praktika.adapters.sealed.envelope import Refused
from praktika.errors import PraktikaError
from praktika.ports.queue import MAX_BODY, ORDERED, Message, Queue, dead_letters

NOBODY = "nobody"
"""The group in which messages are set aside that say nothing of theirs."""


@dataclass(slots=True, kw_only=True)
class Custom:
    """Which messages are signed, and who is told of what is refused.

    Attributes:
        is_signed: whether a queue, by its name, has tasks or requests to stop.
        reports: the queue in which runners tell what became of attempts.
        on_refused: is told the message and why; it is not done again for that message.
        refused: how many there were.
    """

    is_signed: Callable[[str], bool]
    reports: str
    on_refused: Callable[[Message, str], None]
    refused: int = field(default=0, init=False)


class Passing(PassingQueue):
    """A `Queue` in front of another one, which knows what is leased through it.

    Args:
        queue: the other one.
        custom: see there.
    """

    def __init__(self, queue: Queue, custom: Custom) -> None:
        super().__init__(queue)
        self.custom = custom
        self._held: dict[str, tuple[Message, float]] = {}
        self._lock = threading.Lock()

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages; see the port."""
        messages = super().receive(queue, limit=limit, lease=lease, wait=wait)
        self._hold(messages, lease)
        return messages

    def extend(self, message: Message, lease: float) -> None:
        """Let a lease go on; see the port."""
        super().extend(message, lease)
        self._hold([message], lease)

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        super().ack(messages)
        self._let_go(messages)

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back; see the port."""
        super().release(message, delay)
        self._let_go([message])

    def held(self) -> list[Message]:
        """What is leased here, and neither removed nor given back; not part of the port."""
        now = time.monotonic()
        with self._lock:
            self._held = {key: each for key, each in self._held.items() if each[1] > now}
            return [message for message, _ in self._held.values()]

    def accepted(
        self, messages: Sequence[Message], open_one: Callable[[Message], Message]
    ) -> list[Message]:
        """The messages as they are inside; those that are refused are set aside."""
        found = []
        for message in messages:
            try:
                found.append(open_one(message))
            except Refused as refusal:
                self._refuse(message, str(refusal))
        return found

    def _refuse(self, message: Message, why: str) -> None:
        self.custom.refused += 1
        self.custom.on_refused(message, why)
        # Where it cannot be set aside now, it comes again, and is refused again. Whoever has sent
        # it may send what no queue of ours takes: it must not keep others from being received.
        with suppress(PraktikaError):
            group = message.group or NOBODY if message.queue.endswith(ORDERED) else ""
            body = message.body[:MAX_BODY]
            self.inner.send(dead_letters(message.queue), [body], group=group)
            self.ack([message])

    def _hold(self, messages: Sequence[Message], lease: float) -> None:
        until = time.monotonic() + lease
        with self._lock:
            self._held |= {message.receipt: (message, until) for message in messages}

    def _let_go(self, messages: Sequence[Message]) -> None:
        with self._lock:
            for message in messages:
                self._held.pop(message.receipt, None)
