"""How much may be written to the forge.

GitHub takes 80 requests that write a minute and 500 an hour, of one app for one owner. Below that
stays what this process may spend, and a part of it is kept for what matters more.

The windows slide: a bucket that fills up by and by would let through twice as much in one minute.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque

from praktika.checks.content.desired import Rank
from praktika.ports.clock import Clock

MINUTE = 60
HOUR = 400

_KEPT = {Rank.OUTCOME: 0.0, Rank.FAILURE: 0.05, Rank.REST: 0.15}
"""Which part is kept from writes of this rank, for those that matter more."""

_OF_OURS = 0.25
"""Which part is kept from runs of changes from outside: a storm of these delays no other check."""

_OWNERS = 1000


class Budget:
    """What may be written, by owner of repositories.

    Concurrency: any number of threads. Processes that share an app share its limits: give each
    its part.

    Args:
        clock: see the port.
        minute, hour: how many writes there may be in any minute and hour.
    """

    def __init__(self, clock: Clock, minute: int = MINUTE, hour: int = HOUR) -> None:
        self._clock = clock
        self._windows = ((60.0, minute), (3600.0, hour))
        self._spent: OrderedDict[str, deque[float]] = OrderedDict()
        self._paused: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(
        self, owner: str, rank: Rank, cost: int = 1, *, is_from_outside: bool = False
    ) -> float:
        """0 if this may be written now, and it counts as written; else seconds to wait."""
        kept = max(_KEPT[rank], _OF_OURS if is_from_outside else 0.0)
        with self._lock:
            now = self._clock.monotonic()
            spent = self._of(owner, now)
            waits = [
                _wait(spent, now, window, max(1, int(most * (1 - kept))))
                for window, most in self._windows
            ]
            wait = max(self._paused.get(owner, 0.0) - now, *waits)
            if wait > 0:
                return wait
            spent.extend([now] * cost)
            return 0.0

    def pause(self, owner: str, seconds: float) -> None:
        """Let nothing be written for so long: the forge has asked for it."""
        with self._lock:
            until = self._clock.monotonic() + seconds
            self._paused[owner] = max(until, self._paused.get(owner, 0.0))

    def _of(self, owner: str, now: float) -> deque[float]:
        spent = self._spent.setdefault(owner, deque())
        self._spent.move_to_end(owner)
        while spent and spent[0] <= now - self._windows[-1][0]:
            spent.popleft()
        if len(self._spent) > _OWNERS:
            forgotten, _ = self._spent.popitem(last=False)
            self._paused.pop(forgotten, None)
        return spent


def _wait(spent: deque[float], now: float, window: float, most: int) -> float:
    """Seconds until fewer than `most` of these times are in the window that ends then."""
    if len(spent) < most:
        return 0.0
    return max(0.0, spent[-most] + window - now)
