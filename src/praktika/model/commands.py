"""What the engine asks the world to do. Carrying one out twice does no harm."""

from __future__ import annotations

import msgspec

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


class Conclude(Command, frozen=True, kw_only=True, tag=True):
    """Every job is settled: write the run's Result and report."""

    status: Status


AnyCommand = MakePlan | Dispatch | Revoke | Conclude
