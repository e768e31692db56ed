"""Queues in memory."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from praktika.adapters.rules import (
    REMEMBERED,
    check_delay,
    check_lease,
    grave_of,
    is_ordered,
    paired,
)
from praktika.errors import Conflict
from praktika.ports.clock import Clock
from praktika.ports.queue import MAX_DELIVERIES, Backlog, Message, dead_letters

_GLANCE = 0.01
"""Seconds between looks at the clock, which may be moved by hand."""

_FREE = float("-inf")


@dataclass(slots=True)
class _Entry:
    """A message; `hidden` is until when nobody receives it, `receipt` "" while nobody has it."""

    number: int
    body: bytes
    group: str
    hidden: float
    receipt: str = ""
    deliveries: int = 0


class MemoryQueue:
    """A `Queue` that ends with the process. Leases end by the clock's monotonic reading.

    Queues come into being by being used. `wait` is real time, whatever the clock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, dict[int, _Entry]] = {}
        # (queue, identity) -> when it may be forgotten
        self._identities: dict[tuple[str, str], float] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()

    def create(self, queue: str) -> None:
        """Nothing but a check of the name: queues come into being by being used."""
        is_ordered(queue)

    def remove(self, queue: str) -> None:
        """Remove a queue; see the port."""
        is_ordered(queue)
        gone = {queue, dead_letters(queue)}
        with self._changed:
            for name in gone:
                self._queues.pop(name, None)
            for known in [key for key in self._identities if key[0] in gone]:
                del self._identities[known]

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages, all or none; see the port."""
        pairs = paired(queue, bodies, group, identity, delay)
        with self._changed:
            now = self._clock.monotonic()
            hidden = now + delay if delay else _FREE
            for body, name in pairs:
                if name is not None:
                    if self._identities.get((queue, name), now) > now:
                        continue
                    self._identities[queue, name] = now + REMEMBERED
                entry = _Entry(next(self._numbers), bytes(body), group, hidden)
                self._queues.setdefault(queue, {})[entry.number] = entry
            self._changed.notify_all()

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages, oldest first; see the port."""
        ordered = is_ordered(queue)
        check_lease(lease)
        deadline = time.monotonic() + wait
        with self._changed:
            while not (messages := self._lease(queue, ordered=ordered, limit=limit, lease=lease)):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, _GLANCE))
            return messages

    def extend(self, message: Message, lease: float) -> None:
        """Let the lease end `lease` seconds from now; see the port."""
        check_lease(lease)
        with self._changed:
            entry = self._held(message)
            if entry is None:
                raise Conflict(f"the lease of a message of queue {message.queue} has lapsed")
            entry.hidden = self._clock.monotonic() + lease

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        with self._changed:
            for message in messages:
                entry = self._held(message)
                if entry is not None:
                    del self._queues[message.queue][entry.number]
            self._changed.notify_all()

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back; see the port."""
        check_delay(delay)
        with self._changed:
            entry = self._held(message)
            if entry is not None:
                entry.receipt = ""
                entry.hidden = self._clock.monotonic() + delay if delay else _FREE
                self._changed.notify_all()

    def depth(self, queue: str) -> int:
        """How many messages wait; see the port."""
        is_ordered(queue)
        with self._changed:
            now = self._clock.monotonic()
            return sum(entry.hidden <= now for entry in self._queues.get(queue, {}).values())

    def backlog(self, queue: str) -> Backlog:
        """How many messages there are; see the port."""
        is_ordered(queue)
        with self._changed:
            now = self._clock.monotonic()
            entries = list(self._queues.get(queue, {}).values())
        hidden = [entry for entry in entries if entry.hidden > now]
        leased = sum(bool(entry.receipt) for entry in hidden)
        waiting = len(entries) - len(hidden)
        return Backlog(waiting=waiting, leased=leased, delayed=len(hidden) - leased)

    def _lease(self, queue: str, *, ordered: bool, limit: int, lease: float) -> list[Message]:
        now = self._clock.monotonic()
        chosen = list(itertools.islice(self._free(queue, now, ordered=ordered), limit))
        while self._bury(queue, chosen):
            chosen = list(itertools.islice(self._free(queue, now, ordered=ordered), limit))
        for entry in chosen:
            entry.hidden = now + lease
            entry.deliveries += 1
            entry.receipt = f"{entry.number}.{entry.deliveries}"
        return [
            Message(
                queue=queue,
                body=entry.body,
                id=str(entry.number),
                receipt=entry.receipt,
                deliveries=entry.deliveries,
                group=entry.group,
            )
            for entry in chosen
        ]

    def _bury(self, queue: str, chosen: list[_Entry]) -> bool:
        """Move those that would be leased once too often; whether there were any."""
        grave = grave_of(queue)
        dead = [entry for entry in chosen if entry.deliveries >= MAX_DELIVERIES and grave]
        for entry in dead:
            del self._queues[queue][entry.number]
            entry.receipt, entry.deliveries, entry.hidden = "", 0, _FREE
            self._queues.setdefault(grave, {})[entry.number] = entry
        return bool(dead)

    def _free(self, queue: str, now: float, *, ordered: bool) -> Iterator[_Entry]:
        """What can be leased, oldest first; of an ordered queue, groups that nobody works on."""
        entries = self._queues.get(queue, {}).values()
        busy = {entry.group for entry in entries if entry.hidden > now} if ordered else set()
        return (e for e in entries if e.hidden <= now and e.group not in busy)

    def _held(self, message: Message) -> _Entry | None:
        """The entry, if the lease of `message` still lasts."""
        entry = self._queues.get(message.queue, {}).get(int(message.id))
        if entry is None or entry.receipt != message.receipt:
            return None
        return entry if entry.hidden > self._clock.monotonic() else None
