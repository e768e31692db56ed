"""The stores as a process sees them: the memory adapters behind a network that cannot be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from tests.simulation.system.history import (
    Attempt,
    ClaimMade,
    History,
    Publication,
    Stay,
    Written,
    words,
)
from tests.simulation.system.scheduler import Fiber, Process, Scheduler, current
from tests.simulation.system.weather import Weather

from praktika.adapters.memory import MemoryBlobs, MemoryJournal, MemoryQueue
from praktika.errors import PraktikaError, Unavailable
from praktika.model.events import AnyEvent
from praktika.model.task import Claim, Ticket
from praktika.model.wire import decode
from praktika.ports.queue import Message

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
        with self._counted(key):
            self._stores.call("blobs", f"put {key}", lambda: self._put(key, data))

    @contextmanager
    def _counted(self, key: str) -> Iterator[None]:
        """Note for how long a process has tried in vain to store an outcome."""
        history, who = self._stores.history, (current().process.name, key)
        since = history.tries.setdefault(who, self._stores.scheduler.now)
        try:
            yield
        except PraktikaError:
            spent = self._stores.scheduler.now - since
            history.in_vain[key] = max(spent, history.in_vain.get(key, 0.0))
            raise
        history.tries.pop(who, None)

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
        if key.endswith("/result.json") and key.count("/") == 2:
            writer = current().process.name, self._stores.scheduler.now
            self._stores.history.wrote[key.split("/")[1]] = writer
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
        what = f"append {run} {position}: " + ", ".join(map(words, events))
        self._stores.call("journal", what, lambda: self._append(run, position, events))

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        events = self._stores.call(
            "journal", f"read {run} from {start}", lambda: self._stores.journal.read(run, start)
        )
        self._stores.history.looked[run, current().process.name] = self._stores.scheduler.now
        return events

    def runs(self, *, limit: int = 100) -> list[str]:
        return self._stores.call("journal", "runs", lambda: self._stores.journal.runs(limit=limit))

    def _append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        self._stores.journal.append(run, position, events)
        one = Written(
            self._stores.scheduler.now, current().process.name, run, position, tuple(events)
        )
        self._stores.history.written.append(one)
