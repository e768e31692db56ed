"""What of GitHub's answers is of interest here; the rest is not looked at."""

from __future__ import annotations

import msgspec


class Named(msgspec.Struct, frozen=True):
    """Something with a name."""

    name: str


class Person(msgspec.Struct, frozen=True):
    """A user, or a bot."""

    login: str = ""


class Repo(msgspec.Struct, frozen=True):
    """A repository."""

    id: int
    full_name: str
    default_branch: str = ""
    clone_url: str = ""
    html_url: str = ""


class End(msgspec.Struct, frozen=True):
    """One of the two ends of a pull request; `repo` is None if it is gone."""

    ref: str
    sha: str
    repo: Repo | None = None


class PullRequest(msgspec.Struct, frozen=True):
    """A pull request, in a list or alone."""

    number: int
    node_id: str
    state: str
    head: End
    base: End
    user: Person | None = None
    title: str = ""
    body: str | None = None
    labels: list[Named] = []
    draft: bool | None = None
    merged_at: str | None = None
    html_url: str = ""
    updated_at: str = ""


class Commit(msgspec.Struct, frozen=True):
    """A commit, as far as its name."""

    sha: str


class Branch(msgspec.Struct, frozen=True):
    """A branch in a list."""

    name: str
    commit: Commit


class Ref(msgspec.Struct, frozen=True):
    """A reference of git."""

    object: Commit


class Comparison(msgspec.Struct, frozen=True):
    """Where two commits went apart."""

    base_commit: Commit
    merge_base_commit: Commit


class Role(msgspec.Struct, frozen=True):
    """What somebody may do: in four levels, and by the name of the role."""

    permission: str = "none"
    role_name: str = ""


class CheckRun(msgspec.Struct, frozen=True):
    """A check."""

    id: int
    name: str
    status: str
    external_id: str | None = None
    conclusion: str | None = None


class CheckRuns(msgspec.Struct, frozen=True):
    """A page of checks."""

    check_runs: list[CheckRun]


class Maker(msgspec.Struct, frozen=True):
    """The app that has written something."""

    id: int


class Comment(msgspec.Struct, frozen=True):
    """A comment of an issue or a pull request."""

    id: int
    body: str | None = ""
    user: Person | None = None
    performed_via_github_app: Maker | None = None
