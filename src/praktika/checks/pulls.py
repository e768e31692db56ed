"""The pull request of a run: whether it is still the one that ran, the comment, the merge."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.checks.budget import Budget
from praktika.checks.content.desired import Desired, Rank
from praktika.checks.content.text import code
from praktika.checks.ledger import Ledger, digest
from praktika.errors import Conflict, OperatorError
from praktika.model.forge import Pull, Subject
from praktika.ports.board import Board
from praktika.ports.forge import Forge

NEWER = "This is not the latest commit of the pull request any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulls:
    """Deals with pull requests.

    Attributes:
        board, forge: see the ports.
        budget: see `Budget`.
    """

    board: Board
    forge: Forge
    budget: Budget

    def look(self, subject: Subject) -> Pull | None:
        """The pull request as it is now; None if there is none, or it is not to be seen."""
        if not subject.number:
            return None
        try:
            return self.forge.pull(subject.repository, subject.number)
        except OperatorError:
            return None

    def comment(
        self, subject: Subject, wanted: Desired, ledger: Ledger, pull: Pull | None
    ) -> float:
        """Write the comment if it tells something new; seconds to wait, or 0.

        The run of an older commit leaves it to that of the newer one.
        """
        gist = digest(wanted.gist)
        if not wanted.comment or ledger.record.comment == gist:
            return 0.0
        if pull is None or pull.head_sha != subject.sha:
            return 0.0
        wait = self._take(subject)
        if not wait:
            self.board.set_comment(
                subject.repository, subject.number, wanted.marker, wanted.comment
            )
            ledger.note(comment=gist)
        return wait

    def merge(self, subject: Subject, wanted: Desired, ledger: Ledger, pull: Pull | None) -> float:
        """Merge, once; seconds to wait, or 0. What keeps it from being merged is noted."""
        turn = wanted.workflow.turn
        if not wanted.merges or ledger.record.merged == turn:
            return 0.0
        if pull is not None and pull.is_merged:
            ledger.note(merged=turn, note="")
            return 0.0
        note = _hindrance(subject, pull)
        if not note:
            wait = self._take(subject)
            if wait:
                return wait
            note = self._try(subject)
        ledger.note(merged=turn, note=note)
        return 0.0

    def _try(self, subject: Subject) -> str:
        try:
            self.board.merge(subject.repository, subject.number, subject.sha)
        except (Conflict, OperatorError) as error:
            return f"Not merged: {code(str(error), 500)}"
        return ""

    def _take(self, subject: Subject) -> float:
        return self.budget.take(subject.repository.split("/", 1)[0], Rank.FAILURE)


def doubt(subject: Subject, pull: Pull | None) -> str:
    """Why a change must not be merged although its run went well, or ""."""
    if not subject.number:
        return ""
    if pull is None:
        return "The pull request is not to be seen."
    return "" if pull.head_sha == subject.sha else NEWER


def _hindrance(subject: Subject, pull: Pull | None) -> str:
    if pull is None or pull.head_sha != subject.sha:
        return "Not merged: it is not certain that this is the latest commit."
    if pull.is_draft:
        return "Not merged: the pull request is a draft."
    return "" if pull.is_open else "Not merged: the pull request is closed."
