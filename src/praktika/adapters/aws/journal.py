"""Journals in S3: one object an append, created only where none is yet.

`<prefix>journal/<run>/<position>` holds the events from that position on. Of two appends at one
position S3 lets one through; one in the middle of another's batch is found by reading where that
ends. `<prefix>journal-index/` has a name for each run that sorts the newest first; it is written
before the first entry, so a run may be in it that never began.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.objects import Bucket
from praktika.adapters.entries import VERSION, Row, read_rows, unreadable
from praktika.adapters.rules import check_run
from praktika.errors import Absent, Conflict
from praktika.model import wire
from praktika.model.events import AnyEvent
from praktika.ports.clock import Clock

_AT_ONCE = 8
_FAR = 10**16
"""Microseconds in the year 2286: what is left until then sorts the newest run first."""

_SPARE = 20
"""Names of runs that are read beyond those asked for, as some of them may never have begun."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An object: events from its position on, and a token of who wrote it."""

    version: int
    writer: str
    events: tuple[msgspec.Raw, ...]


class S3Journal:
    """A `Journal` in a bucket, for all who have credentials for it.

    Args:
        aws: the clients.
        bucket: its name.
        clock: whose time of day orders the runs.
        prefix: what the names of all objects begin with: "" or ending in "/".
    """

    def __init__(self, aws: Clients, bucket: str, clock: Clock, prefix: str = "") -> None:
        self._entries = Bucket(aws, bucket, f"{prefix}journal/")
        self._index = Bucket(aws, bucket, f"{prefix}journal-index/")
        self._clock = clock
        self._lock = threading.Lock()
        self._ends: dict[str, int] = {}  # ends of runs as last seen: they only grow
        self._begun: set[str] = set()
        self._latest = 0

    def append(self, run: str, position: int, events: Sequence[AnyEvent]) -> None:
        """Append events at `position`, all or none; see the port."""
        check_run(run)
        if not events:
            return
        entry = _Entry(
            version=VERSION,
            writer=secrets.token_hex(8),
            events=tuple(msgspec.Raw(wire.encode(event)) for event in events),
        )
        data = wire.encode(entry)
        end = self._end(run, position)
        if end != position:
            raise Conflict(f"run {run} has {end} events, so none goes to {position}")
        if position == 0:
            self._announce(run)
        try:
            self._entries.create(_name(run, position), data)
        except Conflict:
            raise Conflict(
                f"run {run} has more than {position} events, so none goes to {position}"
            ) from None
        self._seen(run, position + len(events))

    def read(self, run: str, start: int = 0) -> list[AnyEvent]:
        """The events from `start` on; see the port.

        Raises:
            OperatorError: an entry is damaged, missing, or of a newer praktika.
        """
        check_run(run)
        # where an entry is known to begin, those before it need not be looked for
        known = start > 0 and self._ends.get(run) == start
        after = _name(run, start - 1) if known else ""
        positions = [_position(name) for name, _ in self._entries.list(f"{run}/", after=after)]
        first = max((at for at in positions if at <= start), default=start if known else 0)
        wanted = [at for at in positions if at >= first]
        with ThreadPoolExecutor(min(_AT_ONCE, len(wanted) or 1)) as pool:
            parts = list(pool.map(lambda at: self._rows(run, at), wanted))
        rows = [row for part in parts for row in part]
        events = read_rows(run, rows, first, self._entries)
        if rows:
            self._seen(run, first + len(rows))
        return events[start - first :]

    def runs(self, *, limit: int = 100) -> list[str]:
        """Ids of the runs, the newest first."""
        found: list[str] = []
        after = ""
        while len(found) < limit:
            page = limit + _SPARE
            names = [name for name, _ in self._index.list(after=after, limit=page)]
            runs = dict.fromkeys(name.partition("-")[2] for name in names)
            found += [run for run in self._that_began(runs) if run not in found]
            if len(names) < page:
                break
            after = names[-1]
        return found[:limit]

    def _rows(self, run: str, position: int) -> list[Row]:
        data = self._entries.get(_name(run, position)).data
        try:
            entry = wire.decode(data, _Entry)
        except wire.WireError as error:
            raise unreadable(run, position, self._entries, str(error)) from error
        return [
            (number, entry.version, bytes(event))
            for number, event in enumerate(entry.events, position)
        ]

    def _end(self, run: str, expected: int) -> int:
        """How many events the run has, as far as is known or can be found out."""
        end = self._ends.get(run, 0)
        if end >= expected:
            return end
        # a name cannot be followed back: list those from the last known one on
        after = _name(run, end - 1) if end else ""
        names = [name for name, _ in self._entries.list(f"{run}/", after=after)]
        if names:
            last = _position(names[-1])
            end = last + len(self._rows(run, last))
            self._seen(run, end)
        return end

    def _seen(self, run: str, end: int) -> None:
        with self._lock:
            self._begun.add(run)
            self._ends[run] = max(end, self._ends.get(run, 0))

    def _announce(self, run: str) -> None:
        with self._lock:
            self._latest = max(self._latest + 1, int(self._clock.now() * 1e6))
            name = f"{_FAR - self._latest:016d}-{run}"
        self._index.put(name, b"", 0)

    def _that_began(self, runs: Iterable[str]) -> list[str]:
        """Those of the runs that have a first entry."""
        asked = [run for run in runs if run]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [
                run for run, began in zip(asked, pool.map(self._began, asked), strict=True) if began
            ]

    def _began(self, run: str) -> bool:
        if run in self._begun:
            return True
        try:
            self._entries.head(_name(run, 0))
        except Absent:
            return False
        with self._lock:
            self._begun.add(run)
        return True


def _name(run: str, position: int) -> str:
    return f"{run}/{position:012d}"


def _position(name: str) -> int:
    return int(name.rpartition("/")[2])
