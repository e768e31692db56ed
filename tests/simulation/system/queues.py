"""Queues as a process sees them: they deliver twice, late, out of order, or to two at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.simulation.system.history import Lease, Told, words
from tests.simulation.system.scheduler import current
from tests.simulation.system.stores import IDLE, Stores, publish

from praktika.model.events import AnyEvent, JobFinished, decode_event
from praktika.model.wire import WireError
from praktika.ports.queue import MAX_DELAY, ORDERED, Backlog, Message


class NetQueue:
    """A `Queue` over the network; its plain queues deliver as badly as they may."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._queue = stores.queue
        self._chance = stores.scheduler.random

    def create(self, queue: str) -> None:
        self._stores.call("queue", f"make {queue}", lambda: self._queue.create(queue))

    def remove(self, queue: str) -> None:
        self._stores.call("queue", f"remove {queue}", lambda: self._queue.remove(queue))

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        events = [_event(body) for body in bodies] if queue.endswith(ORDERED) else []
        for event in events:
            if isinstance(event, JobFinished) and current().process.name.startswith("runner"):
                publish(self._stores, (group, event.job, event.attempt), "JobFinished")

        def action() -> None:
            if queue.endswith(ORDERED):
                self._queue.send(queue, bodies, group=group, identity=identity)
                self._tell(group, events)
            else:
                self._send_plain(queue, bodies, delay)
            self._wake(queue)

        said = ", ".join(map(words, events)) or b" ".join(bodies).decode("utf-8", "replace")[:120]
        self._stores.call("queue", f"send {queue} {group} {said} +{delay:.0f}", action)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        scheduler = self._stores.scheduler
        found: list[Message] = []
        if self._stores.is_calm and wait:
            wait = IDLE

        def action() -> None:
            deadline = scheduler.now + wait
            while True:
                found.extend(self._receive(queue, limit, lease))
                if found or scheduler.now >= deadline:
                    return
                self._stores.waiting.setdefault(queue, []).append(current())
                scheduler.park(min(deadline, self._next(queue)))

        self._stores.call("queue", f"receive {queue}", action)
        if found:
            said = ", ".join(f"{one.id} ({one.deliveries})" for one in found)
            self._stores.note(current(), f"has {said} of {queue}")
        return found

    def extend(self, message: Message, lease: float) -> None:
        self._stores.call(
            "queue", f"extend {message.queue} {message.id}", lambda: self._extend(message, lease)
        )

    def ack(self, messages: Sequence[Message]) -> None:
        real = [self._stores.twins.get(one.receipt, one) for one in messages]
        said = " ".join(one.id for one in messages)

        def action() -> None:
            self._queue.ack(real)
            for message in messages:
                self._ends(message)
                self._wake(message.queue)

        self._stores.call("queue", f"ack {messages[0].queue} {said}", action)

    def release(self, message: Message, delay: float = 0.0) -> None:
        def action() -> None:
            self._queue.release(self._stores.twins.get(message.receipt, message), delay)
            self._ends(message)
            self._wake(message.queue)

        self._stores.call("queue", f"release {message.queue} {message.id} +{delay:.0f}", action)

    def depth(self, queue: str) -> int:
        return self._stores.call("queue", f"depth {queue}", lambda: self._queue.depth(queue))

    def backlog(self, queue: str) -> Backlog:
        return self._stores.call("queue", f"backlog {queue}", lambda: self._queue.backlog(queue))

    def _send_plain(self, queue: str, bodies: Sequence[bytes], delay: float) -> None:
        weather = self._stores.weather
        for body in bodies:
            times = 2 if self._stores.happens(weather.twice) else 1
            for _ in range(times):
                late = self._stores.happens(weather.late)
                more = self._chance.choice((1.0, 20.0, 90.0)) * self._chance.random() if late else 0
                self._queue.send(queue, [body], delay=min(delay + more, MAX_DELAY))

    def _receive(self, queue: str, limit: int, lease: float) -> list[Message]:
        messages = self._queue.receive(queue, limit=limit, lease=lease)
        if not messages and not queue.endswith(ORDERED):
            messages = self._twin(queue)
        if queue.startswith("tasks"):
            current().queue = queue
            now, name = self._stores.scheduler.now, current().process.name
            for one in messages:
                leases = self._stores.history.leases.setdefault((queue, one.id), [])
                leases.append(Lease(name, one.receipt, now, now + lease))
        return messages

    def _twin(self, queue: str) -> list[Message]:
        """Perhaps a message that somebody else has."""
        if not self._stores.happens(self._stores.weather.twin):
            return []
        now = self._stores.scheduler.now
        entries = [e for e in self._queue._queues.get(queue, {}).values() if e.receipt]
        for entry in entries:
            if entry.hidden > now:
                real = Message(
                    queue=queue,
                    body=entry.body,
                    id=str(entry.number),
                    receipt=entry.receipt,
                    deliveries=entry.deliveries,
                )
                other = f"twin-{len(self._stores.twins)}"
                self._stores.twins[other] = real
                self._stores.history.twins.add((queue, real.id))
                twin = replace(real, receipt=other, deliveries=real.deliveries + 1)
                return [twin]
        return []

    def _extend(self, message: Message, lease: float) -> None:
        self._queue.extend(self._stores.twins.get(message.receipt, message), lease)
        for one in self._leases(message):
            one.until = self._stores.scheduler.now + lease

    def _ends(self, message: Message) -> None:
        now = self._stores.scheduler.now
        for one in self._leases(message):
            one.until = min(one.until, now)

    def _leases(self, message: Message) -> list[Lease]:
        leases = self._stores.history.leases.get((message.queue, message.id), [])
        return [one for one in leases if one.receipt == message.receipt]

    def _tell(self, group: str, events: Sequence[AnyEvent | None]) -> None:
        now, name = self._stores.scheduler.now, current().process.name
        known = [Told(now, name, group, event) for event in events if event is not None]
        self._stores.history.told.extend(known)

    def _next(self, queue: str) -> float:
        now = self._stores.scheduler.now
        entries = self._queue._queues.get(queue, {}).values()
        return min((e.hidden for e in entries if e.hidden > now), default=float("inf"))

    def _wake(self, queue: str) -> None:
        waiting = self._stores.waiting.pop(queue, ())
        self._stores.scheduler.wake(waiting)


def _event(body: bytes) -> AnyEvent | None:
    try:
        return decode_event(body)
    except WireError:
        return None
