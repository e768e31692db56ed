"""Journals in memory, in the bytes in which they would be stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from praktika.adapters.rules import check_run
from praktika.errors import Conflict
from praktika.model import wire
from praktika.model.events import AnyEvent


class MemoryJournal:
    """A `Journal` that ends with the process.

    Events are encoded and read back when they are appended: one that is not valid raises
    `WireError` or `TypeError` at the place that made it.
    """

    def __init__(self) -> None:
        self._runs: dict[str, list[bytes]] = {}
        self._lock = threading.Lock()

    def append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        """Append events at `position`, all or none; see the port."""
        check_run(run)
        entries = [wire.encode(event) for event in events]
        _decode(entries)
        if not entries:
            return
        with self._lock:
            length = len(self._runs.get(run, ()))
            if length != position:
                raise Conflict(f"run {run} has {length} events, so none goes to {position}")
            self._runs.setdefault(run, []).extend(entries)

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        """The events from `start` on, as new objects."""
        check_run(run)
        with self._lock:
            entries = self._runs.get(run, [])[start:]
        return _decode(entries)

    def runs(self, *, limit: int = 100) -> list[str]:
        """Ids of the runs, the newest first."""
        with self._lock:
            return list(reversed(self._runs))[:limit]


def _decode(entries: Sequence[bytes]) -> list[AnyEvent]:
    """The events; one call for all, as each call costs as much as thirty events."""
    return wire.decode(b"[" + b",".join(entries) + b"]", list[AnyEvent])
