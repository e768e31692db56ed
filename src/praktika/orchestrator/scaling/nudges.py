"""Telling whoever lets pools grow that there is work, without waiting for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from praktika.orchestrator.scaling.debounce import PERIOD, Debounce

_LAST_WORDS = 5.0
"""Seconds that the end of a process waits for what is being told."""


class Nudges:
    """Tells of queues that something was put into, from a thread of its own.

    A nudge that is lost costs time, and nothing else: every pool is looked at once a minute.

    Args:
        tell: takes the names of queues; may raise and may take its time.
        on_trouble: is told of what it raised.
        period: seconds between two tellings of the same queue; see `debounce`.
    """

    def __init__(
        self,
        tell: Callable[[Sequence[str]], None],
        on_trouble: Callable[[Exception], None],
        period: float = PERIOD,
    ) -> None:
        self._tell = tell
        self._on_trouble = on_trouble
        self._debounce = Debounce(period)
        self._changed = threading.Condition()
        self._over = False
        self._thread = threading.Thread(target=self._go_on, name="nudges", daemon=True)
        self._thread.start()

    def nudge(self, queue: str) -> None:
        """Tell of a queue, soon; returns at once, and never raises."""
        with self._changed:
            self._debounce.ask(queue, time.monotonic())
            self._changed.notify()

    def close(self) -> None:
        """Tell what is due by now, and nothing more."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join(_LAST_WORDS)

    def _go_on(self) -> None:
        while True:
            with self._changed:
                names = self._debounce.take(time.monotonic())
                if not names and self._over:
                    return
                if not names:
                    self._changed.wait(self._rest())
                    continue
            try:
                self._tell(names)
            except Exception as error:  # noqa: BLE001 - the edge of the loop: there will be others
                self._on_trouble(error)

    def _rest(self) -> float | None:
        upcoming = self._debounce.next()
        return None if upcoming is None else max(0.0, upcoming - time.monotonic())
