"""What the engine asks the world to do. Carrying one out twice does no harm."""

from __future__ import annotations

import msgspec

from praktika.model.plan import Policy
from praktika.model.result import Status


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something to be done for a run."""


class MakePlan(Command, frozen=True, kw_only=True, tag=True):
    """Compile the declaration; answer with Planned or PlanFailed."""

    workflow: str


class Dispatch(Command, frozen=True, kw_only=True, tag=True):
    """Give an attempt of a job to a runner; it answers with JobStarted and JobFinished."""

    job: str
    attempt: int


class Revoke(Command, frozen=True, kw_only=True, tag=True):
    """Stop an attempt that is queued or runs."""

    job: str
    attempt: int
    reason: str


class SetTimer(Command, frozen=True, kw_only=True, tag=True):
    """See to it that TimerFired comes, with this `at`, once `after` seconds have passed.

    The seconds count, not the clock: `at` may be a reading of another machine's. A later SetTimer
    does not replace an earlier one; what fires without need changes nothing.
    """

    at: float
    after: float


class Enter(Command, frozen=True, kw_only=True, tag=True):
    """Join a concurrency group, in which runs replace one another or wait for one another.

    Policy "cancel": older runs of the group are cancelled. Policy "queue": Admitted comes when no
    other run of the group goes on. `stay` tells one time in the group from another.
    """

    group: str
    policy: Policy
    stay: int = 0


class Leave(Command, frozen=True, kw_only=True, tag=True):
    """The run is over: let the next one of its concurrency group begin."""

    group: str
    policy: Policy
    stay: int = 0


class Remember(Command, frozen=True, kw_only=True, tag=True):
    """Keep the outcome of an attempt for later runs, which may reuse it."""

    job: str
    attempt: int


class Conclude(Command, frozen=True, kw_only=True, tag=True):
    """Every job is settled: write the run's Result and report."""

    status: Status


AnyCommand = MakePlan | Dispatch | Revoke | SetTimer | Enter | Leave | Remember | Conclude
