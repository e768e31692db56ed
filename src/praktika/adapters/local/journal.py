"""Journals in SQLite: one row an event, as JSON of the tagged union."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.adapters.local.sqlite import Database
from praktika.adapters.rules import check_run
from praktika.errors import Conflict, OperatorError
from praktika.model import wire
from praktika.model.events import AnyEvent

VERSION = 1
"""Of the entries' shape: raised when an old praktika would misread what a new one writes."""

_Row = tuple[int, int, bytes]
"""Position, version, JSON."""


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
        try:
            return _decode(rows, start)
        except wire.WireError:
            raise self._culprit(run, rows, start) from None

    def runs(self, *, limit: int = 100) -> list[str]:
        """Ids of the runs, the newest first."""
        rows = self._database.rows("SELECT run FROM runs ORDER BY id DESC LIMIT ?", (limit,))
        return [run for (run,) in rows]

    def _culprit(self, run: str, rows: list[_Row], start: int) -> OperatorError:
        """The error that names the first entry that cannot be read."""
        position, reason = start, "unreadable"
        for position, row in enumerate(rows, start):
            try:
                _decode([row], position)
            except wire.WireError as error:
                reason = str(error)
                break
        return OperatorError(
            f"entry {position} of run {run} in {self._database.path} cannot be read: {reason}. "
            "Was it written by a newer praktika? Nothing was changed; other runs are not affected."
        )


def _decode(rows: Sequence[_Row], start: int) -> list[AnyEvent]:
    """The events of rows that must be at `start`, `start` + 1 and so on.

    One call decodes all of them, as each call costs as much as thirty events.
    """
    if any(version > VERSION for _, version, _ in rows):
        raise wire.WireError(f"its format is newer than {VERSION}")
    if [position for position, _, _ in rows] != list(range(start, start + len(rows))):
        raise wire.WireError("it is missing")
    events = wire.decode(b"[" + b",".join(event for *_, event in rows) + b"]", list[AnyEvent])
    if len(events) != len(rows):
        raise wire.WireError("it is not one event")
    return events
