"""The loop of the intake."""

from __future__ import annotations

import threading

from praktika.adapters.memory import ManualClock, MemoryQueue
from praktika.intake.names import NOTICES
from praktika.intake.worker import Worker
from praktika.model.notices import PullChanged
from praktika.model.wire import encode
from praktika.ports.queue import Message


class WatchedQueue(MemoryQueue):
    """Tells when a lease was made longer."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.extended = threading.Event()

    def extend(self, message: Message, lease: float) -> None:
        super().extend(message, lease)
        self.extended.set()


class SlowIntake:
    """Deals with a notice for longer than it is leased for."""

    def __init__(self, clock: ManualClock, queue: WatchedQueue) -> None:
        self._clock = clock
        self._queue = queue
        self.taken = 0

    def take(self, _notice: object) -> None:
        self.taken += 1
        for _ in range(3):
            self._clock.advance(0.04)
            self._queue.extended.clear()
            assert self._queue.extended.wait(5)
        assert not self._queue.receive(NOTICES, limit=1), "somebody else would deal with it"


def test_what_takes_long_stays_with_whoever_deals_with_it():
    clock = ManualClock()
    queue = WatchedQueue(clock)
    queue.create(NOTICES)
    notice = PullChanged(delivery="d", repository="o/r", sender="s", number=1, action="opened")
    queue.send(NOTICES, [encode(notice)], group="g", identity=["d"])
    intake, troubles = SlowIntake(clock, queue), []
    worker = Worker(intake, queue, clock, lambda _, error: troubles.append(error), lease=0.06)
    assert worker.turn() == 1
    assert not troubles
    clock.advance(1.0)
    assert worker.turn() == 0
    assert intake.taken == 1
