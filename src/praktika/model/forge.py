"""What praktika knows of a forge (GitHub), and what it shows there."""

from __future__ import annotations

from typing import Literal

import msgspec

Permission = Literal["none", "read", "triage", "write", "maintain", "admin"]
CheckStatus = Literal["queued", "in_progress", "completed"]
Conclusion = Literal[
    "", "success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"
]
StatusState = Literal["pending", "success", "failure", "error"]
Level = Literal["notice", "warning", "failure"]


def may_write(permission: Permission) -> bool:
    """Whether somebody with this permission may push, and so decide what runs."""
    return permission in {"write", "maintain", "admin"}


class Subject(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run is for on the forge, and where its outcome is shown.

    Attributes:
        repository: `owner/name`.
        sha: the commit that checks are attached to: the pushed one, not the merge of it.
        number: of the pull request, or 0.
        occasion: what asked for the run, in words that are the same however often it is told.
    """

    repository: str
    sha: str
    number: int = 0
    occasion: str = ""


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository.

    Attributes:
        name: `owner/name`.
        id: stays when it is renamed.
        main: its default branch.
        url: for `git fetch`, without credentials.
        page: for people.
    """

    name: str
    id: int
    main: str
    url: str
    page: str = ""


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request, as the forge says that it is now.

    Attributes:
        repository: `owner/name` of the repository that it is for.
        head_sha: its latest commit.
        head_branch: name of its branch, in the repository that it comes from.
        head_repository: `owner/name` of that one, "" if it is gone.
        is_outside: whether it comes from another repository, or that is not known.
        base_branch: that it is to be merged into.
        base_sha: the tip of that branch.
        author: login of who opened it.
        url: for people.
        updated_at: RFC 3339.
    """

    repository: str
    number: int
    is_open: bool
    head_sha: str
    head_branch: str
    head_repository: str
    is_outside: bool
    base_branch: str
    base_sha: str
    author: str = ""
    title: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
    is_draft: bool = False
    is_merged: bool = False
    url: str = ""
    updated_at: str = ""


class Apart(msgspec.Struct, frozen=True, kw_only=True):
    """How a change stands to the branch that it is for.

    Attributes:
        base: the tip of the branch now.
        common: the commit from which the two went apart; "" if there is none.
    """

    base: str
    common: str


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A remark at lines of a file."""

    path: str
    line: int
    level: Level
    message: str
    title: str = ""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A button on a check. GitHub shows three at most, with 20, 40 and 20 characters."""

    label: str
    description: str
    identifier: str


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A check on a commit.

    Attributes:
        name: by which branch protection knows it.
        sha: of the commit.
        external_id: id of the run, and the job's key behind a "/" if it is of a job.
        status: "completed" has a conclusion, nothing else does.
        title: one line.
        summary, text: Markdown, each at most 65,535 characters.
        annotations: any number; GitHub takes 50 at a time.
        actions: buttons.
        url: where details are.
        started_at, completed_at: in seconds since the epoch; 0 if not yet.
    """

    name: str
    sha: str
    external_id: str
    status: CheckStatus
    conclusion: Conclusion = ""
    title: str = ""
    summary: str = ""
    text: str = ""
    annotations: tuple[Annotation, ...] = ()
    actions: tuple[Action, ...] = ()
    url: str = ""
    started_at: float = 0.0
    completed_at: float = 0.0


class KnownCheck(msgspec.Struct, frozen=True, kw_only=True):
    """A check of ours that the forge has."""

    id: int
    name: str
    external_id: str
    status: CheckStatus
    conclusion: Conclusion = ""


class CommitStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A status on a commit, the older and simpler sibling of a check.

    Attributes:
        context: its name.
        description: at most 140 characters.
        url: where details are.
    """

    context: str
    state: StatusState
    description: str = ""
    url: str = ""
