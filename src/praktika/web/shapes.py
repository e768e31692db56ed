"""What goes over the wire of the API, as `docs/server.md` and `/api/v1/openapi.json` tell."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from praktika.model.events import AnyEvent, RerunScope
from praktika.model.facts import InputValue
from praktika.model.routes import RoutingTable

Word = Annotated[str, msgspec.Meta(max_length=300)]
"""A name: of a run, a job, a request."""


class _Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What both views of a run tell.

    Attributes:
        id: of the run.
        stage: "new", "awaiting", "planning", "held", "going" or "concluded"; "unreadable" if its
            journal is damaged, or of a newer praktika.
        status: its worst outcome so far; RUNNING or PENDING while it goes on.
        title: of the pull request, or "".
        url: of the pull request, or of the commit, on the forge; "" if it has none.
        by: who asked for it.
        began: when it was asked for, or run again for the last time, in seconds since the epoch.
        duration: seconds since then, to the end if it has ended.
    """

    id: str
    workflow: str = ""
    repository: str = ""
    branch: str = ""
    sha: str = ""
    pr_number: int = 0
    title: str = ""
    url: str = ""
    stage: str
    status: str
    by: str = ""
    began: float = 0.0
    duration: float = 0.0


class RunSummary(_Outline, frozen=True, kw_only=True):
    """A run in a list.

    Attributes:
        jobs: how many there are by status.
    """

    jobs: dict[str, int] = {}


class JobSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A job of a run.

    Attributes:
        phase: "waiting", "queued", "running", "paused" or "settled".
        attempt: the one that counts; 0 before the first.
        reason: why it is as it is.
        since: when the phase began, in seconds since the epoch.
    """

    key: str
    name: str
    status: str
    phase: str
    attempt: int
    reason: str = ""
    runner: str = ""
    since: float = 0.0


class RunDetails(_Outline, frozen=True, kw_only=True):
    """A run with its jobs.

    Attributes:
        jobs: in the order of the plan.
        failure: why there is no plan, or "".
        awaits: the commit that somebody has to approve of before it begins, or "".
    """

    jobs: tuple[JobSummary, ...] = ()
    failure: str = ""
    cancelled_by: str = ""
    approved_by: str = ""
    awaits: str = ""


class Runs(msgspec.Struct, frozen=True, kw_only=True):
    """Runs, the newest first."""

    runs: tuple[RunSummary, ...]


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a run, in order."""

    events: tuple[AnyEvent, ...]


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """Paths below the run's folder, sorted."""

    files: tuple[str, ...]


class Workflows(msgspec.Struct, frozen=True, kw_only=True):
    """What starts which workflow, for each repository."""

    tables: tuple[RoutingTable, ...]


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the token stands for; "" for a visitor without one."""

    login: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How the server is.

    Attributes:
        status: "ok" if all parts are.
        parts: "ok" or what is wrong, by name.
    """

    status: Literal["ok", "failing"]
    version: str
    parts: dict[str, str]


class CancelWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To stop a run, or one of its jobs.

    Attributes:
        job: key of the only job to stop.
        force: also stop the jobs that run always.
        id: names the request: the same one again asks for nothing new.
    """

    job: Word = ""
    force: bool = False
    id: Word = ""


class RerunWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To run jobs again.

    Attributes:
        scope: what failed, all, or `jobs`.
        jobs: keys.
        failed_tests: only the tests that failed, in jobs that can.
        id: names the request.
    """

    scope: RerunScope = "failed"
    jobs: Annotated[tuple[Word, ...], msgspec.Meta(max_length=10_000)] = ()
    failed_tests: bool = False
    id: Word = ""


class ApproveWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To let code of strangers run.

    Attributes:
        sha: the commit that was looked at, full id.
        id: names the request.
    """

    sha: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40}([0-9a-f]{24})?$")]
    id: Word = ""


class DispatchWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To run a workflow.

    Attributes:
        repository: `owner/name`.
        branch: whose code; "" means the default branch.
        inputs: by name.
        id: names the request.
    """

    repository: Word
    workflow: Word
    branch: Word = ""
    inputs: dict[str, InputValue] = {}
    id: Word = ""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was written down.

    Attributes:
        run: whose.
        id: names the request.
    """

    run: str
    id: str = ""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and what to do.

    Attributes:
        code: for programs.
        text: for people.
    """

    code: str
    text: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a request that could not be served."""

    error: Fault
