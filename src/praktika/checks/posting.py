"""Bringing the forge to show what is to be shown: only what differs, what matters most first.

Between two writes a process may die. What was to be made is in the ledger before it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from msgspec import structs

from praktika.checks.budget import Budget
from praktika.checks.content.desired import Desired, Piece, Rank
from praktika.checks.ledger import Ledger, Posted, digest, is_new
from praktika.errors import Denied, Limited, OperatorError, TransientError
from praktika.model.forge import CommitStatus, Subject
from praktika.ports.board import Board
from praktika.ports.clock import Clock

UNANSWERED = 30.0
"""Seconds to wait for a forge that does not answer."""

_PATIENCE = 300.0
"""Seconds that a check which matters little is waited for when the run is over."""

_GLANCE = 60.0
"""Seconds after which it is looked whether something that matters more has come."""

_ANNOTATIONS_AT_A_TIME = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What is written with.

    Attributes:
        board, clock: see the ports.
        budget: see `Budget`.
        on_trouble: is told what the forge refuses; the rest is shown all the same.
        confirm: raises Conflict if somebody else deals with the run by now.
    """

    board: Board
    clock: Clock
    budget: Budget
    on_trouble: Callable[[Exception], None]
    confirm: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Write:
    """Something to be written: a check, or a status."""

    rank: Rank
    kind: str
    cost: int
    send: Callable[[], None]
    name: str
    key: str = ""


class Posting:
    """Shows one run.

    Args:
        tools: see there.
        ledger: what is shown already.
        subject: where.

    Attributes:
        is_denied: whether the forge lets no check be shown, for a reason that somebody can mend.
    """

    def __init__(self, tools: Tools, ledger: Ledger, subject: Subject) -> None:
        self._tools = tools
        self._ledger = ledger
        self._subject = subject
        self._owner = subject.repository.split("/", 1)[0]
        self.is_denied = False
        self._refused: set[str] = set()
        self._tried: set[str] = set()
        self._has_written = False

    def bring(self, wanted: Desired) -> float:
        """Show what is to be shown; seconds after which there is more to do, or 0.

        Raises:
            Conflict: somebody else does.
        """
        writes = sorted(self._writes(wanted), key=lambda write: write.rank)
        if not writes:
            return 0.0
        self._intend(wanted)
        wait = self._send(writes, wanted)
        self._close()
        return wait

    def settle_doubts(self) -> None:
        """Find out how what a dead predecessor has begun came out.

        Raises:
            OperatorError: the forge refuses.
            TransientError: it does not answer.
        """
        if any(posted.is_open for posted in self._ledger.record.checks.values()):
            board, subject = self._tools.board, self._subject
            self._ledger.adopt(board.checks(subject.repository, subject.sha))

    def _writes(self, wanted: Desired) -> Iterator[_Write]:
        """What differs from what is shown."""
        for piece in self._pieces(wanted):
            yield self._check_write(piece)
        if wanted.ready is not None:
            yield from self._status_write(wanted.ready, Rank.OUTCOME)
        for status in wanted.statuses:
            rank = Rank.REST if status.state == "pending" else Rank.FAILURE
            yield from self._status_write(status, rank)

    def _pieces(self, wanted: Desired) -> Iterator[Piece]:
        dropped = frozenset(self._ledger.record.dropped)
        for piece in (wanted.workflow, *wanted.jobs):
            is_left_out = piece.key in dropped and piece.rank is Rank.REST
            if not is_left_out and not self._ledger.shows(piece):
                yield piece

    def _check_write(self, piece: Piece) -> _Write:
        cost = 1 + max(0, len(piece.check.annotations) - 1) // _ANNOTATIONS_AT_A_TIME
        return _Write(
            piece.rank,
            "check",
            cost,
            partial(self._show, piece),
            piece.check.external_id,
            piece.key,
        )

    def _status_write(self, status: CommitStatus, rank: Rank) -> Iterator[_Write]:
        if self._ledger.record.statuses.get(status.context) != digest(status):
            yield _Write(rank, "status", 1, partial(self._set, status), status.context)

    def _intend(self, wanted: Desired) -> None:
        """Note what is to be made, and what cannot be sent twice, before it is sent."""
        for piece in self._pieces(wanted):
            posted = self._ledger.posted(piece)
            if is_new(piece, posted):
                self._ledger.put(
                    piece, Posted(turn=piece.turn, is_open=True, before=posted.id or posted.before)
                )
            elif piece.check.annotations and not posted.is_annotated:
                self._ledger.put(piece, structs.replace(posted, is_open=True))
        self._tools.confirm()
        self._ledger.save()

    def _send(self, writes: list[_Write], wanted: Desired) -> float:
        for number, write in enumerate(writes):
            if write.kind in self._refused:
                continue
            wait = self._tools.budget.take(
                self._owner, write.rank, write.cost, is_from_outside=wanted.is_from_outside
            )
            if wait:
                return self._put_off(writes[number:], wait, wanted)
            self._tools.confirm()
            self._tried.add(write.name)
            try:
                write.send()
            except Limited as error:
                wait = max(1.0, error.until - self._tools.clock.now())
                self._tools.budget.pause(self._owner, wait)
                return wait
            except TransientError as error:
                self._tools.on_trouble(error)
                return UNANSWERED
            except OperatorError as error:
                self._tried.discard(write.name)
                self._refused.add(write.kind)
                self.is_denied |= write.kind == "check" and isinstance(error, Denied)
                self._tools.on_trouble(error)
            else:
                self._has_written = True
        return 0.0

    def _put_off(self, writes: list[_Write], wait: float, wanted: Desired) -> float:
        """Seconds to wait; what matters little is left out rather than waited for too long."""
        keys = [write.key for write in writes if write.key and write.rank is Rank.REST]
        if not wanted.is_over:
            return min(wait, _GLANCE)
        if wait <= _PATIENCE or len(keys) < len(writes):
            return wait
        self._ledger.note(dropped=(*self._ledger.record.dropped, *keys))
        return 0.0

    def _show(self, piece: Piece) -> None:
        posted, check = self._ledger.posted(piece), piece.check
        shown = digest(check)
        if posted.is_annotated:
            check = structs.replace(check, annotations=())
        repository = self._subject.repository
        number = posted.id
        if number:
            self._tools.board.update_check(repository, number, check)
        else:
            number = self._tools.board.create_check(repository, check)
        is_closed = check.status == "completed"
        done = Posted(
            id=number,
            turn=piece.turn,
            digest=shown,
            is_closed=is_closed,
            is_annotated=is_closed,
            before=posted.before,
        )
        self._ledger.put(piece, done)

    def _set(self, status: CommitStatus) -> None:
        subject = self._subject
        self._tools.board.set_status(subject.repository, subject.sha, status)
        self._ledger.record.statuses[status.context] = digest(status)

    def _close(self) -> None:
        """Store what was done; of what was not even tried, it is known that it was not."""
        self._tools.confirm()
        self._ledger.forget(self._tried)
        if self._has_written:
            record = self._ledger.record
            self._ledger.note(writes=record.writes + 1, at=self._tools.clock.now())
        self._ledger.save()
