"""Time that jumps, and what happens in it: fibers that sleep, one at a time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from greenlet import getcurrent, greenlet


class Hub:
    """Runs fibers in the order of their times; those of the same time, as they were started."""

    def __init__(self) -> None:
        self.now = 0.0
        self._main = getcurrent()
        self._heap: list[tuple[float, int, Callable[..., object], tuple[object, ...]]] = []
        self._numbers = itertools.count()

    def at(self, when: float, action: Callable[..., object], *arguments: object) -> None:
        """Call something then, from the hub: it must not sleep."""
        heapq.heappush(self._heap, (when, next(self._numbers), action, arguments))

    def start(self, action: Callable[..., object], *arguments: object, after: float = 0.0) -> None:
        """Begin a fiber."""
        self.at(self.now + after, greenlet(action, self._main).switch, *arguments)

    def sleep(self, seconds: float) -> None:
        """Let time pass for the current fiber."""
        self.at(self.now + seconds, getcurrent().switch)
        self._main.switch()

    def park(self) -> None:
        """Wait until somebody switches to the current fiber."""
        self._main.switch()

    def run(self, until: float) -> None:
        """Let everything happen up to a time."""
        self._main = getcurrent()
        while self._heap and self._heap[0][0] <= until:
            self.now, _, action, arguments = heapq.heappop(self._heap)
            action(*arguments)
        self.now = until
