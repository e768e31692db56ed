"""Measuring time."""

from __future__ import annotations

import time


class Stopwatch:
    """Remembers when it was made, and how long ago that is.

    `start_time` is for showing (seconds since the epoch); `duration` is measured with a clock that
    never goes back, so that a corrected wall clock does not spoil it.
    """

    def __init__(self) -> None:
        self.start_time = time.time()
        self._started = time.monotonic()

    @property
    def duration(self) -> float:
        """Seconds since this was made."""
        return time.monotonic() - self._started
