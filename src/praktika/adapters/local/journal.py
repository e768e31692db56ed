"""Journals in SQLite: one row an event, as JSON of the tagged union."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.adapters.entries import VERSION, read_rows
from praktika.adapters.local.sqlite import Database
from praktika.adapters.rules import check_run
from praktika.errors import Conflict
from praktika.model import wire
from praktika.model.events import AnyEvent


class LocalJournal:
    """A `Journal` in the database of this machine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        """Append events at `position`, all or none; see the port."""
        check_run(run)
        rows = [
            (run, number, VERSION, wire.encode(event))
            for number, event in enumerate(events, position)
        ]
        if not rows:
            return
        with self._database.transaction() as connection:
            (length,) = connection.execute(
                "SELECT coalesce(max(position) + 1, 0) FROM entries WHERE run = ?", (run,)
            ).fetchone()
            if length != position:
                raise Conflict(f"run {run} has {length} events, so none goes to {position}")
            if position == 0:
                connection.execute("INSERT INTO runs (run) VALUES (?)", (run,))
            connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", rows)

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        """The events from `start` on; see the port.

        Raises:
            OperatorError: an entry is damaged, or of a kind that this praktika does not know.
        """
        check_run(run)
        rows = self._database.rows(
            "SELECT position, version, CAST(event AS BLOB) FROM entries"
            " WHERE run = ? AND position >= ? ORDER BY position",
            (run, start),
        )
        return read_rows(run, rows, start, self._database.path)

    def runs(self, *, limit: int = 100) -> list[str]:
        """Ids of the runs, the newest first."""
        rows = self._database.rows("SELECT run FROM runs ORDER BY id DESC LIMIT ?", (limit,))
        return [run for (run,) in rows]
