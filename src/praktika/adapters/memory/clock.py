"""A clock that stands still until it is told."""

from __future__ import annotations

import threading


class ManualClock:
    """A `Clock` for tests.

    Args:
        start: seconds since the epoch that `now` shows at first; `monotonic` starts at 0.
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._monotonic = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since this clock was made, jumps left out."""
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            ValueError: `seconds` is negative.
        """
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds}")
        with self._lock:
            self._monotonic += seconds
            self._now += seconds

    def jump(self, seconds: float) -> None:
        """Set the shown time forward or back, as a correction by the network does."""
        with self._lock:
            self._now += seconds
