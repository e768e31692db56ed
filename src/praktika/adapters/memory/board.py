"""A board in memory, as strict as GitHub is."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field

from msgspec import structs

from praktika.adapters.rules import check_marker
from praktika.errors import Absent, Conflict
from praktika.model.forge import Action, Check, CommitStatus, KnownCheck
from praktika.model.wire import decode, encode

_TEXT = 65_535
_COMMENT = 65_000
_ACTION = (20, 40, 20)


@dataclass(slots=True)
class _Shelf:
    """What a repository has."""

    checks: dict[int, Check] = field(default_factory=dict)
    statuses: dict[tuple[str, str], CommitStatus] = field(default_factory=dict)
    comments: dict[tuple[int, str], str] = field(default_factory=dict)
    merged: dict[int, str] = field(default_factory=dict)


class MemoryBoard:
    """A `Board` that ends with the process.

    It refuses with ValueError what GitHub would refuse.

    Args:
        repositories: those that are there; None means any.

    Attributes:
        heads: the latest commit of each pull request that can be merged, by repository and number.
    """

    def __init__(self, repositories: frozenset[str] | None = None) -> None:
        self.heads: dict[tuple[str, int], str] = {}
        self._known = repositories
        self._shelves: dict[str, _Shelf] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def checks(self, repository: str, sha: str) -> list[KnownCheck]:
        """The checks that we have put on a commit, the oldest first."""
        with self._lock:
            every = self._shelf(repository).checks.items()
            return [_known(number, check) for number, check in every if check.sha == sha]

    def create_check(self, repository: str, check: Check) -> int:
        """Put a check on a commit; its id."""
        _examine(check)
        with self._lock:
            number = next(self._numbers)
            self._shelf(repository).checks[number] = decode(encode(check), Check)
            return number

    def update_check(self, repository: str, number: int, check: Check) -> None:
        """Let a check be as this one; see the port."""
        _examine(check)
        with self._lock:
            shelf = self._shelf(repository)
            old = shelf.checks.get(number)
            if old is None:
                raise Absent(f"{repository} has no check {number}")
            notes = (*old.annotations, *decode(encode(check), Check).annotations)
            shelf.checks[number] = structs.replace(check, annotations=notes, sha=old.sha)

    def set_status(self, repository: str, sha: str, status: CommitStatus) -> None:
        """Set a status on a commit."""
        _fits("context", status.context, 255)
        _fits("description", status.description, 140)
        with self._lock:
            shelf = self._shelf(repository)
            shelf.statuses[sha, status.context] = decode(encode(status), CommitStatus)

    def set_comment(self, repository: str, pull: int, marker: str, text: str) -> None:
        """Let our comment with that marker be this text."""
        check_marker(marker)
        _fits("comment", text, _COMMENT)
        with self._lock:
            self._shelf(repository).comments[pull, marker] = decode(encode(text), str)

    def merge(self, repository: str, pull: int, sha: str) -> None:
        """Merge a pull request; see the port."""
        with self._lock:
            shelf = self._shelf(repository)
            head = self.heads.get((repository, pull))
            if head is None:
                raise Absent(f"{repository} has no pull request {pull}")
            if head != sha:
                raise Conflict(f"the head of pull request {pull} is not {sha} any more")
            shelf.merged[pull] = sha

    def shown(self, repository: str, sha: str) -> dict[int, Check]:
        """The checks of a commit by id, with all that they show, the oldest first."""
        with self._lock:
            every = self._shelf(repository).checks.items()
            return {number: check for number, check in every if check.sha == sha}

    def statuses(self, repository: str, sha: str) -> dict[str, CommitStatus]:
        """The statuses of a commit by context."""
        with self._lock:
            every = self._shelf(repository).statuses.items()
            return {context: status for (of, context), status in every if of == sha}

    def comments(self, repository: str, pull: int) -> dict[str, str]:
        """Our comments under a pull request by marker."""
        with self._lock:
            every = self._shelf(repository).comments.items()
            return {marker: text for (of, marker), text in every if of == pull}

    def merged(self, repository: str) -> dict[int, str]:
        """The pull requests that were merged, with the commit that each was at."""
        with self._lock:
            return dict(self._shelf(repository).merged)

    def _shelf(self, repository: str) -> _Shelf:
        if self._known is not None and repository not in self._known:
            raise Absent(f"there is no repository {repository}")
        return self._shelves.setdefault(repository, _Shelf())


def _known(number: int, check: Check) -> KnownCheck:
    return KnownCheck(
        id=number,
        name=check.name,
        external_id=check.external_id,
        status=check.status,
        conclusion=check.conclusion,
    )


def _examine(check: Check) -> None:
    if not check.name or not check.sha:
        raise ValueError("a check needs a name and a commit")
    if (check.status == "completed") != bool(check.conclusion):
        raise ValueError("a completed check has a conclusion, and no other one has")
    _fits("summary", check.summary, _TEXT)
    _fits("text", check.text, _TEXT)
    if bool(check.title) != bool(check.summary) or (check.text and not check.title):
        raise ValueError("a check has both a title and a summary, or none")
    if len(check.actions) > 3:
        raise ValueError(f"a check has 3 buttons at most, not {len(check.actions)}")
    for action in check.actions:
        _examine_action(action)
    for note in check.annotations:
        if not note.path or note.line < 1 or not note.message:
            raise ValueError(f"an annotation needs a path, a line and a message: {note}")
        _fits("message of an annotation", note.message, 64 * 1024)
        _fits("title of an annotation", note.title, 255)


def _examine_action(action: Action) -> None:
    for text, limit in zip(
        (action.label, action.description, action.identifier), _ACTION, strict=True
    ):
        if not 0 < len(text) <= limit:
            raise ValueError(f"{text!r} of a button is not of 1 to {limit} characters")


def _fits(what: str, text: str, limit: int) -> None:
    if len(text) > limit:
        raise ValueError(f"{what} of {len(text):,} characters; {limit:,} are allowed")
