"""What of a run is shown already: kept beside the run, so that any process can go on.

A check that is about to be made is noted before it is. Whoever finds such a note looks among the
checks that the forge has, instead of making a second one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable

import msgspec
from msgspec import structs

from praktika.checks.content.desired import Piece
from praktika.errors import Absent
from praktika.model.forge import Check, KnownCheck
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs

_SOONEST, _LATEST = 2.0, 60.0


class Posted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A check that the forge has, or may have.

    Attributes:
        id: of the check; 0 while it is not known.
        turn: see `Piece`.
        digest: of what it shows; "" if that is not known.
        is_closed: whether it is completed.
        is_annotated: whether its annotations were sent: sent again, they would be there twice.
        is_open: whether something was begun of which the end is not known.
        before: id of the check that it takes the place of.
    """

    id: int = 0
    turn: int = 0
    digest: str = ""
    is_closed: bool = False
    is_annotated: bool = False
    is_open: bool = False
    before: int = 0


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The blob `runs/<id>/checks.json`.

    Attributes:
        checks: by external id.
        statuses: digests of what they show, by context.
        comment: digest of what the comment tells.
        dropped: keys of the jobs whose checks there was no room for.
        merged: the turn of the workflow's check with which the merge was dealt with.
        note: what came of the merge, "" if nothing is to be told.
        writes: how often something was written since the run began, or began again.
        at: when that was last, in seconds since the epoch.
    """

    checks: dict[str, Posted] = {}
    statuses: dict[str, str] = {}
    comment: str = ""
    dropped: tuple[str, ...] = ()
    merged: int = -1
    note: str = ""
    writes: int = 0
    at: float = 0.0


class Ledger:
    """The record of one run, in the hands of whoever shows it.

    Args:
        blobs: see the port.
        run_id: of the run.
    """

    def __init__(self, blobs: Blobs, run_id: str) -> None:
        self._blobs = blobs
        self._key = f"runs/{run_id}/checks.json"
        self.record = self._load()

    def save(self) -> None:
        """Store the record."""
        data = encode(self.record)
        patiently(lambda: self._blobs.put(self._key, data))

    def note(self, **changes: object) -> None:
        """Change the record here; it is not stored."""
        self.record = structs.replace(self.record, **changes)

    def posted(self, piece: Piece) -> Posted:
        """What is known of a check."""
        return self.record.checks.get(piece.check.external_id, Posted())

    def put(self, piece: Piece, posted: Posted) -> None:
        """Keep what is known of a check."""
        self.put_as(piece.check.external_id, posted)

    def put_as(self, external_id: str, posted: Posted) -> None:
        """The same, by the check's external id."""
        self.record.checks[external_id] = posted

    def adopt(self, known: Iterable[KnownCheck]) -> None:
        """Learn from the checks that the forge has how what was begun has ended."""
        by_name: dict[str, list[KnownCheck]] = {}
        for each in known:
            by_name.setdefault(each.external_id, []).append(each)
        for name, posted in self.record.checks.items():
            if posted.is_open:
                self.put_as(name, _adopted(posted, by_name.get(name, [])))

    def begin_anew(self, run_id: str) -> None:
        """Let the first state of a run that goes on again be shown at once."""
        if self.record.checks.get(run_id, Posted()).is_closed:
            self.note(writes=0)

    def forget(self, tried: Container[str]) -> None:
        """Take back what was noted as begun, but for the checks with which it was."""
        for name, posted in self.record.checks.items():
            if posted.is_open and name not in tried:
                self.put_as(name, structs.replace(posted, is_open=False))

    @property
    def known(self) -> frozenset[str]:
        """External ids of the checks that the forge has."""
        checks = self.record.checks.items()
        return frozenset(name for name, posted in checks if posted.id or posted.before)

    def shows(self, piece: Piece) -> bool:
        """Whether the forge shows this already."""
        posted = self.posted(piece)
        return not is_new(piece, posted) and posted.digest == digest(piece.check)

    def wait(self, now: float) -> float:
        """Seconds until something that is not urgent may be written: longer from time to time."""
        if not self.record.writes:
            return 0.0
        interval = min(_LATEST, _SOONEST * 2.0 ** min(self.record.writes - 1, 10))
        return min(interval, max(0.0, self.record.at + interval - now))

    def _load(self) -> Record:
        try:
            return decode(patiently(lambda: self._blobs.get(self._key)), Record)
        except (Absent, WireError):
            return Record()


def is_new(piece: Piece, posted: Posted) -> bool:
    """Whether a check is to be made, and not changed.

    A completed check is not opened again when its jobs are run again. GitHub lets an app do that,
    but what was remarked at lines of files can only be added to: the failures of the first round
    would stay under the success of the second. A new check of the same name takes its place, which
    is what GitHub's documentation does, too.
    """
    return not posted.id or (posted.is_closed and posted.turn != piece.turn)


def digest(value: Check | object) -> str:
    """Names what is shown."""
    return hashlib.blake2b(encode(value), digest_size=12).hexdigest()


def _adopted(posted: Posted, known: list[KnownCheck]) -> Posted:
    if posted.id:
        found = [each for each in known if each.id == posted.id]
    else:
        found = [each for each in known if each.id > posted.before]
    if not found:
        return structs.replace(posted, is_open=False)
    latest = max(found, key=lambda each: each.id)
    is_closed = latest.status == "completed"
    return structs.replace(
        posted,
        id=latest.id,
        digest="",
        is_closed=is_closed,
        is_annotated=posted.is_annotated or is_closed,
        is_open=False,
    )
