"""What is read of GitHub's webhook payloads: the fields that decide, and no others.

Fields that are not named here may be there, be absent, or be new. Those that are named must be as
they should be. Text that people write is left out, but for the first line of a comment.

Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from praktika.model.facts import InputValue

_FULL_NAME = r"[A-Za-z0-9_-]{1,100}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}"
_ID = r"[0-9a-f]{40}(?:[0-9a-f]{24})?"
_REF_PART = r"[^\x00-\x20\x7f~^:?*\[\\]{1,250}"

Sha = Annotated[str, Meta(pattern=rf"\A{_ID}\Z")]
FullName = Annotated[str, Meta(pattern=rf"\A{_FULL_NAME}\Z")]
Login = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._\[\]-]{1,100}\Z")]
Ref = Annotated[str, Meta(pattern=rf"\Arefs/(?!heads/\Z){_REF_PART}\Z")]
HeadsRef = Annotated[str, Meta(pattern=rf"\Arefs/heads/{_REF_PART}\Z")]
Name = Annotated[str, Meta(max_length=200)]
Number = Annotated[int, Meta(ge=1, le=2**53)]
Value = (
    Annotated[str, Meta(max_length=65_535)]
    | bool
    | Annotated[int, Meta(ge=-(2**53), le=2**53)]
    | float
)


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a payload."""


class Occasion(Shape, frozen=True, kw_only=True):
    """What every payload may say: what has been done."""

    action: str = ""


class Person(Shape, frozen=True, kw_only=True):
    """A user, an app or an organisation."""

    login: Login


class Place(Shape, frozen=True, kw_only=True):
    """A repository."""

    full_name: FullName


class Happening(Shape, frozen=True, kw_only=True):
    """What every payload about a repository says."""

    repository: Place
    sender: Person | None = None
    action: str = ""


class Tip(Shape, frozen=True, kw_only=True):
    """The head of a pull request."""

    sha: Sha


class Pull(Shape, frozen=True, kw_only=True):
    """A pull request."""

    number: Number
    head: Tip


class Changes(Shape, frozen=True, kw_only=True):
    """What was edited; only that the base was is of interest."""

    base: dict[str, Any] | UnsetType = UNSET


class PullRequest(Happening, frozen=True, kw_only=True):
    """`pull_request`."""

    pull_request: Pull
    changes: Changes = Changes()


class Push(Happening, frozen=True, kw_only=True):
    """`push`. An id of zeros stands for none."""

    ref: Ref
    before: Sha
    after: Sha
    deleted: bool = False


class App(Shape, frozen=True, kw_only=True):
    """A GitHub App."""

    id: int


class Mark(Shape, frozen=True, kw_only=True):
    """A check run or a check suite. Of a suite, there is no external id."""

    head_sha: Sha
    id: int = 0
    app: App | None = None
    external_id: Name | None = None


class Pressed(Shape, frozen=True, kw_only=True):
    """A button of ours."""

    identifier: Name


class CheckRun(Happening, frozen=True, kw_only=True):
    """`check_run`."""

    check_run: Mark


class ActionRequested(CheckRun, frozen=True, kw_only=True):
    """`check_run` when a button was pressed."""

    requested_action: Pressed


class CheckSuite(Happening, frozen=True, kw_only=True):
    """`check_suite`."""

    check_suite: Mark


class Wish(Shape, frozen=True, kw_only=True):
    """What somebody who dispatches one of our workflows says."""

    workflow: Annotated[str, Meta(min_length=1, max_length=200)]
    branch: Annotated[str, Meta(pattern=rf"\A(?:{_REF_PART})?\Z")] = ""
    inputs: Annotated[dict[Name, Value], Meta(max_length=100)] = {}

    @property
    def values(self) -> dict[str, InputValue]:
        """The inputs, by name."""
        return dict(self.inputs)


class RepositoryDispatch(Happening, frozen=True, kw_only=True):
    """`repository_dispatch`, whose action is the event type that was asked for."""

    client_payload: Wish


class Group(Shape, frozen=True, kw_only=True):
    """Pull requests that a merge queue wants to merge together."""

    head_sha: Sha
    head_ref: HeadsRef
    base_ref: HeadsRef
    base_sha: Sha


class MergeGroup(Happening, frozen=True, kw_only=True):
    """`merge_group`."""

    merge_group: Group


class Issue(Shape, frozen=True, kw_only=True):
    """An issue, or a pull request if it says so."""

    number: Number
    pull_request: dict[str, Any] | None = None


class Comment(Shape, frozen=True, kw_only=True):
    """What somebody wrote."""

    id: int = 0
    body: str | None = None


class IssueComment(Happening, frozen=True, kw_only=True):
    """`issue_comment`."""

    issue: Issue
    comment: Comment


class Installation(Shape, frozen=True, kw_only=True):
    """The app in somebody's account."""

    account: Person


class InstallationChanged(Shape, frozen=True, kw_only=True):
    """`installation` and `installation_repositories`."""

    installation: Installation
    sender: Person | None = None
    action: str = ""
