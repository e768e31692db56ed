"""Leases as their holder knows them.

SQS takes a change or a removal of a message whose lease has lapsed, as long as nobody else has
received it meanwhile. The port promises that nothing can be done any more, so the time is also
kept here, on the clock of this machine that never goes back.
"""

from __future__ import annotations

import threading
import time

_KEPT = 3600.0
_MANY = 1000


class Leases:
    """When each lease of this process lapses, by receipt; for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lapses: dict[str, float] = {}

    def begin(self, receipts: list[str], seconds: float) -> None:
        """Note leases that last for `seconds` from now on."""
        now = time.monotonic()
        with self._lock:
            for receipt in receipts:
                self._lapses[receipt] = now + seconds
            if len(self._lapses) > _MANY:
                old = [receipt for receipt, at in self._lapses.items() if at < now - _KEPT]
                for receipt in old:
                    del self._lapses[receipt]

    def end(self, receipts: list[str]) -> None:
        """Note that these are over."""
        with self._lock:
            self._lapses.update(dict.fromkeys(receipts, time.monotonic()))

    def lapsed(self, receipt: str) -> bool:
        """Whether it is over; of one that is not known here, only SQS can tell."""
        with self._lock:
            return self._lapses.get(receipt, float("inf")) <= time.monotonic()
