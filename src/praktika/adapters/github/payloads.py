"""GitHub's webhooks, turned into notices.

Which event and action tells us something is in the table at the end. All others tell nothing:

- `pull_request` edited concerns us when the base branch changed; a title or body decides nothing.
  Labels, drafts (but for the end of one), reviewers, locks decide nothing, either.
- `push` of a tag starts nothing, nor does one of a merge queue's temporary branch, of which
  `merge_group` tells.
- `check_run` and `check_suite` created, requested or completed: pushes and pull requests have told
  of that already, and completed checks are mostly our own. What is pressed on another app's check
  is that app's concern; a check without an external id is not one of ours.
- `workflow_dispatch` starts a workflow of GitHub Actions, which is never one of ours. Ours are
  dispatched with `repository_dispatch`, the event type "praktika" and, as client payload,
  `{"workflow": …, "branch": …, "inputs": {…}}`.
- A comment counts when it is made; edited, it says nothing new. Of more words, or longer ones,
  than a command has, it is talk.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from praktika.adapters.github.shapes import (
    ActionRequested,
    CheckRun,
    CheckSuite,
    Happening,
    InstallationChanged,
    IssueComment,
    Mark,
    MergeGroup,
    Occasion,
    Person,
    PullRequest,
    Push,
    RepositoryDispatch,
)
from praktika.model.notices import (
    AnyNotice,
    ButtonPressed,
    Commented,
    Dispatched,
    Installed,
    PullChanged,
    Pushed,
    Queued,
)
from praktika.model.wire import decode

COMMAND = "/praktika"
"""How the first line of a comment begins that is a command."""

DISPATCH = "praktika"
"""The event type of a `repository_dispatch` that is for us."""

_HEADS = "refs/heads/"
_MERGE_QUEUE = "refs/heads/gh-readonly-queue/"
_RERUN = "rerun"
_WORDS = 8
_WORD = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """A delivery, as far as its headers tell."""

    delivery: str
    body: bytes
    at: float
    app: int

    def read(self, kind: type[T]) -> T:
        return decode(self.body, kind)

    def named(self, what: str, number: int) -> dict[str, str]:
        """A name that comes from what is signed; that of the delivery does not (security 4).

        Who sends an old press of a button, or an old comment, under a new name, tells nothing new.
        """
        return {"delivery": f"{what} {number}"} if number else {}


def notices(
    event: str, delivery: str, body: bytes, at: float, *, app: int = 0
) -> Sequence[AnyNotice]:
    """What a webhook tells that concerns us, mostly nothing.

    Args:
        event: of the header `X-GitHub-Event`.
        delivery: of the header `X-GitHub-Delivery`.
        body: JSON; whose it is has been verified.
        at: when it came.
        app: id of our GitHub App; with 0, no check is ours and no button of any counts.

    Raises:
        WireError: that is not what GitHub sends.
    """
    if event not in _EVENTS:
        return []
    reader = _READERS.get((event, decode(body, Occasion).action))
    if reader is None:
        return []
    notice = reader(_Letter(delivery=delivery, body=body, at=at, app=app))
    return [] if notice is None else [notice]


def _pull(letter: _Letter) -> AnyNotice | None:
    told = letter.read(PullRequest)
    if told.action == "edited" and not told.changes.base:
        return None
    pull = told.pull_request
    return PullChanged(
        **_common(letter, told), number=pull.number, action=told.action, sha=pull.head.sha
    )


def _push(letter: _Letter) -> AnyNotice | None:
    told = letter.read(Push)
    if not told.ref.startswith(_HEADS) or told.ref.startswith(_MERGE_QUEUE):
        return None
    return Pushed(
        **_common(letter, told),
        branch=_branch(told.ref),
        sha="" if told.deleted else _commit(told.after),
        before=_commit(told.before),
    )


def _check(letter: _Letter) -> AnyNotice | None:
    told = letter.read(CheckRun)
    # no external id would mean all checks of the commit
    return _pressed(letter, told, told.check_run, _RERUN) if told.check_run.external_id else None


def _action(letter: _Letter) -> AnyNotice | None:
    told = letter.read(ActionRequested)
    if not told.check_run.external_id:
        return None
    return _pressed(letter, told, told.check_run, told.requested_action.identifier)


def _suite(letter: _Letter) -> AnyNotice | None:
    told = letter.read(CheckSuite)
    return _pressed(letter, told, told.check_suite, _RERUN)


def _pressed(letter: _Letter, told: Happening, mark: Mark, button: str) -> AnyNotice | None:
    """A button on a check run or suite; None if that is another app's."""
    if not letter.app or mark.app is None or mark.app.id != letter.app:
        return None
    # A check of a run that is run again is another check; all checks of a commit have no such name.
    name = letter.named(f"{button} on check", mark.id if mark.external_id else 0)
    return ButtonPressed(
        **{**_common(letter, told), **name},
        button=button,
        sha=mark.head_sha,
        external_id=mark.external_id or "",
    )


def _dispatch(letter: _Letter) -> AnyNotice | None:
    told = letter.read(RepositoryDispatch)
    wish = told.client_payload
    return Dispatched(
        **_common(letter, told), workflow=wish.workflow, branch=wish.branch, inputs=wish.values
    )


def _queue(letter: _Letter) -> AnyNotice | None:
    told = letter.read(MergeGroup)
    group = told.merge_group
    return Queued(
        **_common(letter, told),
        action=told.action,
        sha=group.head_sha,
        branch=_branch(group.head_ref),
        base_branch=_branch(group.base_ref),
        base_sha=group.base_sha,
    )


def _comment(letter: _Letter) -> AnyNotice | None:
    told = letter.read(IssueComment)
    words = _command(told.comment.body or "")
    if words is None or told.issue.pull_request is None:
        return None
    name = letter.named("comment", told.comment.id)
    return Commented(**{**_common(letter, told), **name}, number=told.issue.number, words=words)


def _installed(letter: _Letter) -> AnyNotice | None:
    told = letter.read(InstallationChanged)
    return Installed(
        delivery=letter.delivery,
        at=letter.at,
        sender=_login(told.sender),
        action=told.action,
        account=told.installation.account.login,
    )


def _common(letter: _Letter, told: Happening) -> dict[str, Any]:
    """What every notice about a repository says."""
    return {
        "delivery": letter.delivery,
        "repository": told.repository.full_name,
        "sender": _login(told.sender),
        "at": letter.at,
    }


def _login(person: Person | None) -> str:
    return person.login if person else ""


def _branch(ref: str) -> str:
    return ref.removeprefix(_HEADS)


def _commit(sha: str) -> str:
    return sha if sha.strip("0") else ""


def _command(text: str) -> tuple[str, ...] | None:
    """The words behind the name of a command; None if the text is no command."""
    line, _, _ = text.partition("\n")
    first, *words = line.split(maxsplit=_WORDS + 1) or [""]
    if first != COMMAND or not line.startswith(COMMAND):
        return None
    if len(words) > _WORDS or any(len(word) > _WORD for word in words):
        return None
    return tuple(words)


_READERS: dict[tuple[str, str], Callable[[_Letter], AnyNotice | None]] = {
    ("pull_request", "opened"): _pull,
    ("pull_request", "reopened"): _pull,
    ("pull_request", "synchronize"): _pull,
    ("pull_request", "edited"): _pull,
    ("pull_request", "ready_for_review"): _pull,
    ("pull_request", "closed"): _pull,
    ("push", ""): _push,
    ("check_run", "rerequested"): _check,
    ("check_run", "requested_action"): _action,
    ("check_suite", "rerequested"): _suite,
    ("repository_dispatch", DISPATCH): _dispatch,
    ("merge_group", "checks_requested"): _queue,
    ("merge_group", "destroyed"): _queue,
    ("issue_comment", "created"): _comment,
    ("installation", "created"): _installed,
    ("installation", "deleted"): _installed,
    ("installation", "suspend"): _installed,
    ("installation", "unsuspend"): _installed,
    ("installation", "new_permissions_accepted"): _installed,
    ("installation_repositories", "added"): _installed,
    ("installation_repositories", "removed"): _installed,
}
"""By event and action."""

_EVENTS = {event for event, _ in _READERS}
