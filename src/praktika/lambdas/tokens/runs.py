"""Runs as their journals tell of them, with those that were asked for last kept at hand."""

from __future__ import annotations

from collections import OrderedDict

from praktika.engine.run import Run
from praktika.engine.step import step
from praktika.ports.journal import Journal

_KEPT = 16


class Runs:
    """Reads runs: only what is new, of those that it knows.

    Args:
        journal: see the port.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: OrderedDict[str, tuple[Run, int]] = OrderedDict()

    def load(self, run: str) -> Run:
        """A run as it is now; one that nobody has asked for is a new one."""
        state, read = self._known.pop(run, (Run(), 0))
        events = self._journal.read(run, read)
        for event in events:
            state = step(state, event).run
        self._known[run] = state, read + len(events)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return state
