"""The journals of a server's runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec

from praktika.adapters.rules import check_run
from praktika.adapters.server.client import Client
from praktika.errors import Absent, Denied
from praktika.model.events import AnyEvent

_MOST = 1000
"""Runs that are asked for at most: the server reads a journal for each."""


RunId = Annotated[str, msgspec.Meta(pattern=r"\A(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,128}\Z")]
"""As the port says; it becomes a part of paths here, so a server is not believed unseen."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run stands, in short.

    Attributes:
        stage: as in `engine.run.Stage`.
        status: RUNNING or PENDING while it goes on.
        began: in seconds since the epoch; 0 if that is not known.
        duration: in seconds, so far.
        jobs: how many have which status.
    """

    id: RunId
    workflow: str = ""
    branch: str = ""
    sha: str = ""
    stage: str = ""
    status: str = ""
    by: str = ""
    began: float = 0.0
    duration: float = 0.0
    jobs: dict[str, int] = {}


class _Runs(msgspec.Struct):
    runs: list[Summary]


class _Events(msgspec.Struct):
    events: list[AnyEvent]


class ServerJournal:
    """A `Journal` that can only be read."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        """Refused: only the server writes its journals."""
        del position, events
        raise Denied(f"the journal of run {run} is written by {self._client.base} alone")

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        """The events from `start` on; see the port."""
        check_run(run)
        try:
            return self._client.read(f"runs/{run}/events", _Events, start=start).events
        except Absent:
            return []

    def runs(self, *, limit: int = 100) -> list[str]:
        """Ids of the runs, the newest first."""
        return [summary.id for summary in self.summaries(limit)]

    def summaries(self, limit: int) -> list[Summary]:
        """Where the newest runs stand, the newest first."""
        return self._client.read("runs", _Runs, limit=min(limit, _MOST)).runs
