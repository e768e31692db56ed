"""What happened, in the past tense. A run's journal is a list of these.

Every event carries `at` (seconds since the epoch): the engine has no clock of its own.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from praktika.model.facts import Facts, Merge
from praktika.model.forge import Subject
from praktika.model.plan import Plan, Stored
from praktika.model.result import Status
from praktika.model.wire import decode

RerunScope = Literal["failed", "all", "jobs"]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Something that happened to a run, `at` a time."""

    at: float


class RunRequested(Event, frozen=True, kw_only=True, tag=True):
    """Somebody, or something, asked for this run.

    Attributes:
        workflow: name of the workflow.
        only: keys of the jobs asked for; empty means all.
        repository: where the code is.
        sha: the commit, or "" when there is none.
        branch: or "" on a detached head.
        by: who asked.
        dirty: number of changed files that are not in the commit.
        facts: what else is known about the code.
        name: of the checkout's folder.
        source: blob key of the archive of the code, or "".
        folder: where the code lies on the machine that the run was asked for on, or "". It is
            quicker than the archive while it is there.
        remote: URL that runners may fetch the commit from, instead of the archive, or "".
        inbox: name of the queue of events that the run listens to.
        no_cache: whether outcomes of earlier runs are not to be taken.
        host: of a run that one process serves: the machine and checkout of that process.
        merge: of a change that is tested merged with its base; then `facts.sha` is its head until
            the plan is made.
        declared: the commit that the declaration is read from, if not the one that is run.
        needs_approval: whether nothing begins before somebody has approved of this very commit.
        subject: what the run is for on a forge.
    """

    workflow: str
    only: tuple[str, ...] = ()
    repository: str = ""
    sha: str = ""
    branch: str = ""
    by: str = ""
    dirty: int = 0
    facts: Facts = Facts()
    name: str = ""
    source: str = ""
    folder: str = ""
    remote: str = ""
    inbox: str = ""
    no_cache: bool = False
    host: str = ""
    merge: Merge | None = None
    declared: str = ""
    needs_approval: bool = False
    subject: Subject | None = None


class Planned(Event, frozen=True, kw_only=True, tag=True):
    """The declaration was compiled."""

    plan: Plan


class PlanFailed(Event, frozen=True, kw_only=True, tag=True):
    """The declaration could not be compiled; `reason` is for people."""

    reason: str


class JobStarted(Event, frozen=True, kw_only=True, tag=True):
    """A runner has begun an attempt.

    Attributes:
        job: key.
        attempt: 1-based.
        runner: its name.
        control: name of the queue on which it listens for requests to stop.
    """

    job: str
    attempt: int
    runner: str = ""
    control: str = ""


class JobFinished(Event, frozen=True, kw_only=True, tag=True):
    """An attempt ended, and its Result is stored.

    Attributes:
        job: key.
        attempt: 1-based.
        status: of its Result.
        reason: one line, why it is not OK.
        provided: names of the artifacts that were stored.
        stored: what was stored under those names.
        is_forced: whether it is OK only because the author said so beforehand.
        blocks: False if the job said that its failure must not stop its dependents.
        verdict: whose a failure is: "author", "infrastructure", "timeout", "cancelled", or "".
        runner: who ran it.
    """

    job: str
    attempt: int
    status: Status
    reason: str = ""
    provided: tuple[str, ...] = ()
    stored: tuple[Stored, ...] = ()
    is_forced: bool = False
    blocks: bool = True
    verdict: str = ""
    runner: str = ""


class JobLost(Event, frozen=True, kw_only=True, tag=True):
    """An attempt will never report: its runner is gone."""

    job: str
    attempt: int
    reason: str


class CancelRequested(Event, frozen=True, kw_only=True, tag=True):
    """Somebody asked to stop the run, or one of its jobs.

    Attributes:
        by: who.
        force: also stop the jobs that would run always.
        job: key of the only job to stop; "" means the run.
        id: names the request, so that one which arrives again is known; "" if nothing does.
    """

    by: str
    force: bool = False
    job: str = ""
    id: str = ""


class RerunRequested(Event, frozen=True, kw_only=True, tag=True):
    """Somebody asked to run jobs again, with the same inputs.

    Attributes:
        by: who.
        id: names the request, so that one which arrives again is known.
        scope: "failed" (every job that did not end well), "all", or "jobs" (those named).
        jobs: keys, for the scope "jobs".
        failed_tests: run only the tests that failed, in jobs that can.
    """

    by: str
    id: str
    scope: RerunScope = "failed"
    jobs: tuple[str, ...] = ()
    failed_tests: bool = False


class Approved(Event, frozen=True, kw_only=True, tag=True):
    """Somebody who may do so has approved of running this code.

    Attributes:
        by: who.
        sha: the commit that was looked at; no other one is approved.
        id: names the request, so that one which arrives again is known.
    """

    by: str
    sha: str
    id: str = ""


class Admitted(Event, frozen=True, kw_only=True, tag=True):
    """No other run of the concurrency group goes on: this one may begin.

    Attributes:
        stay: which time of the run in its group is meant.
    """

    stay: int = 0


class TimerFired(Event, frozen=True, kw_only=True, tag=True):
    """The time `at`, for which a timer was set, has come.

    Attributes:
        causes: by label of a pool, why a job that waits there is not taken.
    """

    causes: dict[str, str] = {}


AnyEvent = (
    RunRequested
    | Planned
    | PlanFailed
    | JobStarted
    | JobFinished
    | JobLost
    | CancelRequested
    | RerunRequested
    | Approved
    | Admitted
    | TimerFired
)


def decode_event(data: bytes) -> AnyEvent:
    """The event that these bytes tell of.

    Raises:
        WireError: they are not an event that this version knows.
    """
    event: AnyEvent = decode(data, AnyEvent)  # type: ignore[arg-type] # a union is no class
    return event
