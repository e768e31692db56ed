"""Queues in memory."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from praktika.adapters.rules import REMEMBERED, paired
from praktika.errors import Conflict
from praktika.ports.clock import Clock
from praktika.ports.queue import Message

_GLANCE = 0.01
"""Seconds between looks at the clock, which may be moved by hand."""


@dataclass(slots=True)
class _Entry:
    body: bytes
    identity: str | None
    lapses: float = float("-inf")
    receipt: str = ""
    deliveries: int = 0


class MemoryQueue:
    """A `Queue` that ends with the process. Leases end by the clock's monotonic reading.

    `wait` is real time, whatever the clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, dict[int, _Entry]] = {}
        # (queue, identity) -> when it may be forgotten
        self._identities: dict[tuple[str, str], float] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()

    def send(self, queue: str, bodies: Sequence[bytes], *, identity: Sequence[str] = ()) -> None:
        """Add messages, all or none; see the port."""
        pairs = paired(bodies, identity)
        with self._changed:
            now = self._clock.monotonic()
            for body, name in pairs:
                if name is not None:
                    if self._identities.get((queue, name), now) > now:
                        continue
                    self._identities[queue, name] = float("inf")
                entry = _Entry(body=bytes(body), identity=name)
                self._queues.setdefault(queue, {})[next(self._numbers)] = entry
            self._changed.notify_all()

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages, oldest first; see the port."""
        deadline = time.monotonic() + wait
        with self._changed:
            while not (messages := self._lease(queue, limit, lease)):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, _GLANCE))
            return messages

    def extend(self, message: Message, lease: float) -> None:
        """Let the lease end `lease` seconds from now; see the port."""
        with self._changed:
            held = self._held(message)
            if held is None:
                raise Conflict(f"the lease of a message of queue {message.queue} has lapsed")
            held[1].lapses = self._clock.monotonic() + lease

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        with self._changed:
            until = self._clock.monotonic() + REMEMBERED
            for message in messages:
                held = self._held(message)
                if held is None:
                    continue
                number, entry = held
                del self._queues[message.queue][number]
                if entry.identity is not None:
                    self._identities[message.queue, entry.identity] = until

    def release(self, message: Message) -> None:
        """Give a message back at once; see the port."""
        with self._changed:
            held = self._held(message)
            if held is not None:
                held[1].lapses = float("-inf")
                self._changed.notify_all()

    def _lease(self, queue: str, limit: int, lease: float) -> list[Message]:
        now = self._clock.monotonic()
        free = (
            (number, entry)
            for number, entry in self._queues.get(queue, {}).items()
            if entry.lapses <= now
        )
        messages = []
        for number, entry in itertools.islice(free, limit):
            entry.lapses = now + lease
            entry.deliveries += 1
            entry.receipt = f"{number}.{entry.deliveries}"
            messages.append(
                Message(
                    queue=queue,
                    body=entry.body,
                    receipt=entry.receipt,
                    deliveries=entry.deliveries,
                )
            )
        return messages

    def _held(self, message: Message) -> tuple[int, _Entry] | None:
        """The entry with its number, if the lease of `message` still lasts."""
        number = int(message.receipt.partition(".")[0])
        entry = self._queues.get(message.queue, {}).get(number)
        if entry is None or entry.receipt != message.receipt:
            return None
        return (number, entry) if entry.lapses > self._clock.monotonic() else None
