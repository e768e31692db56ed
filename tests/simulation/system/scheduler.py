"""Many processes in one thread, on a clock that jumps: who goes on when is decided by a seed.

A process is a group of fibers, which are greenlets. A fiber gives way only where it waits or
sleeps, so nothing else is chance. A process that crashed never goes on, not even into a `finally`;
one that is paused goes on later where it was, and finds the time gone.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterable

from greenlet import GreenletExit, getcurrent, greenlet

NEVER = math.inf


class Endless(AssertionError):
    """The simulation does not come to its end."""


class Process:
    """Fibers that live, pause and die together."""

    def __init__(self, name: str, scheduler: Scheduler) -> None:
        self.name = name
        self.scheduler = scheduler
        self.alive = True
        self.paused_until = 0.0

    def start(self, action: Callable[[], None]) -> Fiber:
        """Let another fiber of this process begin."""
        return self.scheduler.start(self, action)

    def pause(self, seconds: float) -> None:
        self.paused_until = max(self.paused_until, self.scheduler.now + seconds)

    def crash(self) -> None:
        """End here and now; if it is the current process, this does not return."""
        self.alive = False
        if current().process is self:
            self.scheduler.park(NEVER)


class Fiber(greenlet):
    """One thread of a process.

    Attributes:
        ticket: names the wait that it is in.
        heard: when a store answered last.
        queue: from which it had a message last.
        showing: what it began to publish last, and what it had heard by then.
    """

    def __init__(self, process: Process, action: Callable[[], None]) -> None:
        super().__init__(action, process.scheduler.hub)
        self.process = process
        self.ticket = 0
        self.heard = 0.0
        self.queue = ""
        self.showing = ("", 0.0)


def current() -> Fiber:
    """The fiber that calls."""
    fiber = getcurrent()
    assert isinstance(fiber, Fiber), "this may only be called in a simulation"
    return fiber


class Scheduler:
    """Lets fibers go on in the order of the times that they wait for, and by lot."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = 0.0
        self.steps = 0
        self.over = False
        self.hub = getcurrent()
        self._fibers: list[Fiber] = []
        self._heap: list[tuple[float, float, int, int, Fiber]] = []
        self._count = 0

    def start(self, process: Process, action: Callable[[], None]) -> Fiber:
        fiber = Fiber(process, action)
        self._fibers.append(fiber)
        self._push(self.now, fiber)
        return fiber

    def sleep(self, seconds: float) -> None:
        self.park(self.now + seconds)

    def park(self, until: float) -> None:
        """Wait until then, or until somebody calls `wake`."""
        if self.over:
            raise GreenletExit
        if until < NEVER:
            self._push(until, current())
        self.hub.switch()

    def wake(self, fibers: Iterable[Fiber]) -> None:
        for fiber in fibers:
            self._push(self.now, fiber)

    def run(self, *, most_steps: int, latest: float) -> None:
        """Go on until `finish` is called.

        Raises:
            Endless: that takes too many steps, or too much time.
        """
        while not self.over:
            if not self._heap:
                raise Endless(f"everybody waits for ever, at {self.now:.1f} s")
            at, _, _, ticket, fiber = heapq.heappop(self._heap)
            if fiber.ticket != ticket or not fiber.process.alive or fiber.dead:
                continue
            if fiber.process.paused_until > at:
                self._push(fiber.process.paused_until, fiber)
                continue
            self.now = at
            self.steps += 1
            fiber.ticket += 1
            if self.steps > most_steps or at > latest:
                raise Endless(f"no end after {self.steps} steps and {at:.0f} s")
            fiber.switch()

    def finish(self) -> None:
        """Nothing more happens."""
        self.over = True

    def clear(self) -> None:
        """Remove what is left of the fibers; what they do on their way out has no effect."""
        self.over = True
        for fiber in self._fibers:
            if not fiber.dead and fiber is not getcurrent():
                fiber.throw()
        self._fibers.clear()
        self._heap.clear()

    def _push(self, at: float, fiber: Fiber) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self.random.random(), self._count, fiber.ticket, fiber))
