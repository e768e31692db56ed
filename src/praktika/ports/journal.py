"""The journal: what happened to each run, in order, for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from praktika.model.events import AnyEvent


class Journal(Protocol):
    """An append-only list of events per run.

    The id of a run is `[A-Za-z0-9._-]{1,128}`, but not "." or "..".

    Order: events are read in the order in which they were appended.
    Concurrency: of two appends at the same position exactly one succeeds.
    Durability: what `append` returned from survives the death of the process.
    """

    def append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        """Append events at `position`, the number of events already there, all or none.

        Raises:
            Conflict: `position` is not the number of events there; somebody else was first.
        """

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        """The events of a run from position `start` on; empty for an unknown run."""

    def runs(self, *, limit: int = 100) -> list[str]:
        """Ids of the runs, the newest first."""
