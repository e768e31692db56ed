"""What happened, in the past tense. A run's journal is a list of these.

Every event carries `at` (seconds since the epoch): the engine has no clock of its own.
"""

from __future__ import annotations

import msgspec

from praktika.model.plan import Plan
from praktika.model.result import Status
from praktika.model.wire import decode


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
    """

    workflow: str
    only: tuple[str, ...] = ()
    repository: str = ""
    sha: str = ""
    branch: str = ""
    by: str = ""
    dirty: int = 0


class Planned(Event, frozen=True, kw_only=True, tag=True):
    """The declaration was compiled."""

    plan: Plan


class PlanFailed(Event, frozen=True, kw_only=True, tag=True):
    """The declaration could not be compiled; `reason` is for people."""

    reason: str


class JobStarted(Event, frozen=True, kw_only=True, tag=True):
    """A runner has begun an attempt."""

    job: str
    attempt: int
    runner: str = ""


class JobFinished(Event, frozen=True, kw_only=True, tag=True):
    """An attempt ended, and its Result is stored.

    Attributes:
        job: key.
        attempt: 1-based.
        status: of its Result.
        reason: one line, why it is not OK.
        provided: names of the artifacts that were stored.
        blocks: False if the job said that its failure must not stop its dependents.
    """

    job: str
    attempt: int
    status: Status
    reason: str = ""
    provided: tuple[str, ...] = ()
    blocks: bool = True


class JobLost(Event, frozen=True, kw_only=True, tag=True):
    """An attempt will never report: its runner is gone."""

    job: str
    attempt: int
    reason: str


class CancelRequested(Event, frozen=True, kw_only=True, tag=True):
    """Somebody asked to stop the run.

    Attributes:
        by: who.
        force: also stop the jobs that would run always.
    """

    by: str
    force: bool = False


AnyEvent = (
    RunRequested | Planned | PlanFailed | JobStarted | JobFinished | JobLost | CancelRequested
)


def decode_event(data: bytes) -> AnyEvent:
    """The event that these bytes tell of.

    Raises:
        WireError: they are not an event that this version knows.
    """
    event: AnyEvent = decode(data, AnyEvent)  # type: ignore[arg-type] # a union is no class
    return event
