"""The stores as a process sees them: the memory adapters behind a network that cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tests.simulation.system.history import (
    Attempt,
    ClaimMade,
    History,
    Lease,
    Publication,
    Stay,
    Told,
    Written,
)
from tests.simulation.system.scheduler import Fiber, Process, Scheduler, current
from tests.simulation.system.weather import Weather

from praktika.adapters.memory import MemoryBlobs, MemoryJournal, MemoryQueue
from praktika.errors import PraktikaError, Unavailable
from praktika.model.events import AnyEvent, JobFinished, decode_event
from praktika.model.task import Claim, Ticket
from praktika.model.wire import WireError, decode
from praktika.ports.queue import MAX_DELAY, ORDERED, Message

T = TypeVar("T")

_USUAL = 0.03

IDLE = 300.0
"""Seconds that a call which waits takes in calm weather: looking in vain takes time, too."""


class VirtualClock:
    """A `Clock` of a process: it may be wrong, and is corrected now and then."""

    def __init__(self, scheduler: Scheduler, skew: float = 0.0) -> None:
        self._scheduler = scheduler
        self.skew = skew

    def now(self) -> float:
        return round(1_700_000_000.0 + self._scheduler.now + self.skew, 3)

    def monotonic(self) -> float:
        return self._scheduler.now


class Stores:
    """What all processes share, and what the network does to it."""

    def __init__(self, scheduler: Scheduler, weather: Weather, history: History) -> None:
        self.scheduler = scheduler
        self.weather = weather
        self.history = history
        self.queue = MemoryQueue(VirtualClock(scheduler))
        self.blobs = MemoryBlobs()
        self.journal = MemoryJournal()
        self.waiting: dict[str, list[Fiber]] = {}
        self.twins: dict[str, Message] = {}
        self.on_crash: Callable[[Process], None] = lambda _process: None
        self._chance = scheduler.random

    @property
    def is_calm(self) -> bool:
        return self.scheduler.now >= self.weather.until

    def call(self, store: str, what: str, action: Callable[[], T]) -> T:
        """One call over the network: it takes time, and may fail before or after it took effect."""
        fiber, scheduler = current(), self.scheduler
        scheduler.sleep(self._chance.random() * _USUAL)
        if not self.is_calm:
            self._before(fiber, store, what)
        try:
            answer = action()
        except PraktikaError as error:
            self.note(fiber, f"{what}: {type(error).__name__}")
            raise
        self.note(fiber, what)
        if not self.is_calm:
            self._after(fiber, what)
        fiber.heard = scheduler.now
        return answer

    def note(self, fiber: Fiber, what: str) -> None:
        self.history.deeds.append((self.scheduler.now, fiber.process.name, what))

    def happens(self, odds: float) -> bool:
        return odds > 0 and not self.is_calm and self._chance.random() < odds

    def _before(self, fiber: Fiber, store: str, what: str) -> None:
        weather = self.weather
        self._strike(fiber, what)
        if self.happens(weather.slow):
            self.scheduler.sleep(self._chance.choice((1.0, 3.0, 12.0)) * self._chance.random())
        now = self.scheduler.now
        is_out = any(name == store and start <= now < end for name, start, end in weather.outages)
        if is_out or self.happens(weather.fail):
            self.note(fiber, f"{what}: failed")
            self.scheduler.sleep(self._chance.random())
            raise Unavailable(f"{store} does not answer")

    def _after(self, fiber: Fiber, what: str) -> None:
        self._strike(fiber, what)
        if self.happens(self.weather.lose):
            self.note(fiber, f"{what}: no answer")
            self.scheduler.sleep(self._chance.random())
            raise Unavailable("the answer was lost")

    def _strike(self, fiber: Fiber, what: str) -> None:
        """Stop the process for a while, or for good."""
        process, weather = fiber.process, self.weather
        if process.name == "people":
            return
        if self.happens(weather.crash):
            self.note(fiber, f"crashes at {what}")
            self.on_crash(process)
            process.crash()
        if self.happens(weather.pause):
            seconds = self._chance.choice((3.0, 25.0, 50.0, 130.0)) * self._chance.random()
            self.note(fiber, f"stands still for {seconds:.1f} s at {what}")
            process.pause(min(seconds, weather.until - self.scheduler.now))
            self.scheduler.sleep(0.0)


class NetBlobs:
    """A `Blobs` over the network."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._blobs = stores.blobs

    def put(self, key: str, data: bytes) -> None:
        self._publishes(key)
        self._stores.call("blobs", f"put {key}", lambda: self._put(key, data))

    def create(self, key: str, data: bytes) -> None:
        self._stores.call("blobs", f"create {key}", lambda: self._create(key, data))

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        return self._stores.call("blobs", f"get {key}", lambda: self._blobs.get(key, start, end))

    def delete(self, key: str) -> None:
        self._stores.call("blobs", f"delete {key}", lambda: self._delete(key))

    def list(self, prefix: str) -> list[str]:
        return self._stores.call("blobs", f"list {prefix}", lambda: self._blobs.list(prefix))

    def _put(self, key: str, data: bytes) -> None:
        self._blobs.put(key, data)
        if "/tickets/" in key:
            ticket = decode(data, Ticket)
            stays = self._stores.history.stays.setdefault(key, [])
            if not stays or stays[-1].until is not None:
                stays.append(Stay(ticket, self._stores.scheduler.now))

    def _create(self, key: str, data: bytes) -> None:
        self._blobs.create(key, data)
        if key.endswith("/claim"):
            _, run, _, job, attempt, _ = key.split("/")
            made = ClaimMade(
                at=self._stores.scheduler.now,
                process=current().process.name,
                message=(current().queue, decode(data, Claim).message),
            )
            self._stores.history.claims[run, job, int(attempt)] = made

    def _delete(self, key: str) -> None:
        self._blobs.delete(key)
        for stay in self._stores.history.stays.get(key, ())[-1:]:
            stay.until = stay.until or self._stores.scheduler.now

    def _publishes(self, key: str) -> None:
        parts = key.split("/")
        if parts[0] == "runs" and parts[2] == "jobs" and parts[5] != "cancel":
            publish(self._stores, (parts[1], parts[3], int(parts[4])), key)


def publish(stores: Stores, attempt: Attempt, what: str) -> None:
    """Note that something of an attempt is about to be shown; another try is not a new decision."""
    fiber = current()
    if fiber.showing == (what, fiber.heard):
        return
    fiber.showing = (what, fiber.heard)
    one = Publication(attempt, what, fiber.process.name, stores.scheduler.now, fiber.heard)
    stores.history.publications.append(one)


class NetJournal:
    """A `Journal` over the network."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        what = f"append {run} {position}: " + ", ".join(map(_words, events))
        self._stores.call("journal", what, lambda: self._append(run, position, events))

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        return self._stores.call(
            "journal", f"read {run} from {start}", lambda: self._stores.journal.read(run, start)
        )

    def runs(self, *, limit: int = 100) -> list[str]:
        return self._stores.call("journal", "runs", lambda: self._stores.journal.runs(limit=limit))

    def _append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        self._stores.journal.append(run, position, events)
        one = Written(
            self._stores.scheduler.now, current().process.name, run, position, tuple(events)
        )
        self._stores.history.written.append(one)


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

        said = ", ".join(map(_words, events)) or b" ".join(bodies).decode("utf-8", "replace")[:120]
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


def _words(event: AnyEvent | None) -> str:
    if event is None:
        return "poison"
    said = [type(event).__name__]
    for name in ("job", "attempt", "status", "by", "id", "reason"):
        value = getattr(event, name, "")
        if value != "":
            said.append(str(value))
    return " ".join(said)
