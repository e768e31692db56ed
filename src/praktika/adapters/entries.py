"""Entries of journals: events as JSON of the tagged union beside a format number.

What is here is the same wherever a journal is kept: how entries are read back, and what is said of
one that cannot be.
"""

from __future__ import annotations

from collections.abc import Sequence

from praktika.errors import OperatorError
from praktika.model import wire
from praktika.model.events import AnyEvent

VERSION = 1
"""Of the entries' shape: raised when an old praktika would misread what a new one writes."""

Row = tuple[int, int, bytes]
"""Position, version, JSON."""


def read_rows(run: str, rows: Sequence[Row], start: int, place: object) -> list[AnyEvent]:
    """The events of rows that must be at `start`, `start` + 1 and so on.

    Raises:
        OperatorError: one is damaged, missing, or of a kind that this praktika does not know; the
            text names the first such entry, and `place`, where the journal is kept.
    """
    try:
        return _decode(rows, start)
    except wire.WireError:
        pass
    position, reason = start, "unreadable"
    for position, row in enumerate(rows, start):
        try:
            _decode([row], position)
        except wire.WireError as error:
            reason = str(error)
            break
    raise unreadable(run, position, place, reason)


def unreadable(run: str, position: int, place: object, reason: str) -> OperatorError:
    """What is said of an entry that cannot be read."""
    return OperatorError(
        f"entry {position} of run {run} in {place} cannot be read: {reason}. "
        "Was it written by a newer praktika? Nothing was changed; other runs are not affected."
    )


def _decode(rows: Sequence[Row], start: int) -> list[AnyEvent]:
    """The events; one call decodes all of them, as each call costs as much as thirty events."""
    if any(version > VERSION for _, version, _ in rows):
        raise wire.WireError(f"its format is newer than {VERSION}")
    if [position for position, _, _ in rows] != list(range(start, start + len(rows))):
        raise wire.WireError("it is missing")
    events = wire.decode(b"[" + b",".join(event for *_, event in rows) + b"]", list[AnyEvent])
    if len(events) != len(rows):
        raise wire.WireError("it is not one event")
    return events
