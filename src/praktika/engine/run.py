"""The state of a run, as values. Nothing here decides; `step` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from rpds import HashTrieMap

from praktika.model.events import RunRequested
from praktika.model.plan import Job, Need, Plan
from praktika.model.result import Status


class Phase(Enum):
    """Where a job stands."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    SETTLED = "settled"


class Stage(Enum):
    """Where a run stands."""

    NEW = "new"
    PLANNING = "planning"
    GOING = "going"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """One job of a run.

    Attributes:
        phase: see `Phase`.
        attempt: the attempt that counts; 0 before the first dispatch.
        unmet: how many needs are not settled yet.
        status: PENDING until it runs or settles.
        reason: why it is as it is, in words.
        revoked: whether the current attempt was asked to stop and has not answered; a settled job
            keeps it if its attempt was still queued.
        runner: who runs the current attempt.
    """

    phase: Phase = Phase.WAITING
    attempt: int = 0
    unmet: int = 0
    status: Status = Status.PENDING
    reason: str = ""
    revoked: bool = False
    runner: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """A plan, indexed once so that an event costs only what it touches."""

    jobs: Mapping[str, Job]
    dependents: Mapping[str, tuple[tuple[str, Need], ...]]

    @staticmethod
    def of(plan: Plan) -> Graph:
        """The index of a plan."""
        dependents: dict[str, list[tuple[str, Need]]] = {job.key: [] for job in plan.jobs}
        for job in plan.jobs:
            for need in job.needs:
                dependents[need.job].append((job.key, need))
        return Graph(
            jobs={job.key: job for job in plan.jobs},
            dependents={key: tuple(edges) for key, edges in dependents.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Everything that the engine knows of a run; a fold of its journal.

    Attributes:
        stage: see `Stage`.
        requested: the request, once it came.
        plan: the plan, once it is made.
        graph: the plan's index.
        jobs: state by job key; persistent, so that a step shares what it does not change.
        open: how many jobs are not settled.
        worst: the worst outcome so far of jobs that count.
        cancelled_by: who cancelled the run, or "".
        forced: whether the cancel stops the jobs that always run, too.
        failure: why there is no plan, or "".
    """

    stage: Stage = Stage.NEW
    requested: RunRequested | None = None
    plan: Plan | None = None
    graph: Graph = field(default_factory=lambda: Graph({}, {}))
    jobs: HashTrieMap[str, JobState] = field(default_factory=HashTrieMap)
    open: int = 0
    worst: Status = Status.OK
    cancelled_by: str = ""
    forced: bool = False
    failure: str = ""
