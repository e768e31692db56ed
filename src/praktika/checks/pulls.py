"""The pull request of a run: whether it is still the one that ran, the comment, the merge."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.checks.budget import Budget
from praktika.checks.content.desired import Desired, Rank
from praktika.checks.content.text import code
from praktika.checks.ledger import Ledger, digest
from praktika.errors import Conflict, OperatorError
from praktika.model.events import RunRequested
from praktika.model.forge import Pull, Subject
from praktika.ports.board import Board
from praktika.ports.forge import Forge

NEWER = "This is not the latest commit of the pull request any more."
RETARGETED = "The pull request is for another branch by now than the one it was tested for."


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
        self, request: RunRequested, wanted: Desired, ledger: Ledger, pull: Pull | None
    ) -> float:
        """Write the comment if it tells something new; seconds to wait, or 0.

        The run of an older commit leaves it to that of the newer one.
        """
        gist, subject = digest(wanted.gist), _subject(request)
        if not wanted.comment or ledger.record.comment == gist:
            return 0.0
        if pull is None or pull.head_sha != subject.sha:
            return 0.0
        wait = self._take(subject, wanted)
        if not wait:
            self.board.set_comment(
                subject.repository, subject.number, wanted.marker, wanted.comment
            )
            ledger.note(comment=gist)
        return wait

    def merge(
        self, request: RunRequested, wanted: Desired, ledger: Ledger, pull: Pull | None
    ) -> float:
        """Merge, once; seconds to wait, or 0. What keeps it from being merged is noted."""
        turn, subject = wanted.workflow.turn, _subject(request)
        if not wanted.merges or ledger.record.merged == turn:
            return 0.0
        if pull is not None and pull.is_merged:
            ledger.note(merged=turn, note="")
            return 0.0
        note = _hindrance(request, pull)
        if not note:
            wait = self._take(subject, wanted)
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

    def _take(self, subject: Subject, wanted: Desired) -> float:
        owner, is_from_outside = subject.repository.split("/", 1)[0], wanted.is_from_outside
        return self.budget.take(owner, Rank.FAILURE, is_from_outside=is_from_outside)


def doubt(request: RunRequested, pull: Pull | None) -> str:
    """Why a change must not be merged although its run went well, or ""."""
    subject = _subject(request)
    if not subject.number:
        return ""
    if pull is None:
        return "The pull request is not to be seen."
    if pull.head_sha != subject.sha:
        return NEWER
    return "" if pull.base_branch == request.facts.base_branch else RETARGETED


def _hindrance(request: RunRequested, pull: Pull | None) -> str:
    if pull is None or pull.head_sha != _subject(request).sha:
        return "Not merged: it is not certain that this is the latest commit."
    if pull.base_branch != request.facts.base_branch:
        return f"Not merged. {RETARGETED}"
    # Whoever let it run has not said that it may stay; its tests may be its own, too.
    if pull.is_outside or request.facts.trust != "trusted":
        return "Not merged: the change comes from outside, so that is for a person to do."
    if pull.is_draft:
        return "Not merged: the pull request is a draft."
    return "" if pull.is_open else "Not merged: the pull request is closed."


def _subject(request: RunRequested) -> Subject:
    assert request.subject is not None
    return request.subject
