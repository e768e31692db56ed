"""The state of a run, as values. Nothing here decides; `step` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from rpds import HashTrieMap, HashTrieSet

from praktika.model.events import RunRequested
from praktika.model.facts import Trust
from praktika.model.plan import Job, Need, Plan, Stored
from praktika.model.result import Status


class Phase(Enum):
    """Where a job stands."""

    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    """Between two attempts, until some time has passed."""
    SETTLED = "settled"


class Stage(Enum):
    """Where a run stands."""

    NEW = "new"
    AWAITING = "awaiting"
    """Somebody has to approve of its code."""
    PLANNING = "planning"
    HELD = "held"
    """Another run of its concurrency group goes on."""
    GOING = "going"
    CONCLUDED = "concluded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An attempt that does not count any more, and what became of it.

    `revoked` is whether it was asked to stop and has not answered; `control` is where its runner
    listens, as far as it is known; `stored` is what it left.
    """

    attempt: int
    status: Status
    verdict: str
    reason: str
    runner: str
    revoked: bool = False
    control: str = ""
    stored: tuple[Stored, ...] = ()


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
            keeps it.
        runner: who runs the current attempt, or ran it.
        control: the queue on which that runner listens.
        since: when the phase began, in seconds since the epoch.
        started: when a runner began the current attempt, likewise; 0 if none has.
        deadline: when something has to happen by itself, likewise; 0 means never.
        provided: names of the artifacts that it left.
        stored: what it left under those names.
        is_forced: whether it is OK only because the author said so beforehand.
        blocks: False if it said that its failure must not stop its dependents.
        verdict: whose its failure is.
        lost: attempts of this round that failed for reasons of the infrastructure.
        failed: attempts of this round that failed for reasons of the author.
        past: earlier attempts, of all rounds.
        is_again: whether somebody asked for it to be run again.
        tests_of: the attempt whose failed tests are run again; 0 means that all is run.
        inputs: of settled jobs that it reads from, which attempt counts for it, if that does not
            go without saying; 0 if none does. It stays when they are run again after its dispatch.
        doubts: those settled jobs that it reads from and that did not truly go well: that failed,
            were forced, or have doubts themselves.
    """

    phase: Phase = Phase.WAITING
    attempt: int = 0
    unmet: int = 0
    status: Status = Status.PENDING
    reason: str = ""
    revoked: bool = False
    runner: str = ""
    control: str = ""
    since: float = 0.0
    started: float = 0.0
    deadline: float = 0.0
    provided: tuple[str, ...] = ()
    stored: tuple[Stored, ...] = ()
    is_forced: bool = False
    blocks: bool = True
    verdict: str = ""
    lost: int = 0
    failed: int = 0
    past: tuple[Past, ...] = ()
    is_again: bool = False
    tests_of: int = 0
    inputs: HashTrieMap[str, int] = field(default_factory=HashTrieMap)
    doubts: HashTrieSet[str] = field(default_factory=HashTrieSet)

    @property
    def is_retired(self) -> bool:
        """Whether its latest attempt does not count any more, and no other one has begun."""
        return bool(self.past) and self.past[-1].attempt == self.attempt

    def why_stopped(self, attempt: int) -> str:
        """Why an attempt was asked to stop that has not answered, or "" if none was."""
        if self.revoked and attempt == self.attempt:
            return self.reason
        stopped = (past.reason for past in self.past if past.revoked and past.attempt == attempt)
        return next(stopped, "")

    def control_of(self, attempt: int) -> str:
        """Where the runner of an attempt listens, or "" if that is not known."""
        if attempt == self.attempt and not self.is_retired:
            return self.control
        return next((past.control for past in self.past if past.attempt == attempt), "")

    def stored_of(self, attempt: int) -> tuple[Stored, ...]:
        """What an attempt has left; nothing if it is not known."""
        if attempt == self.attempt and not self.is_retired:
            return self.stored
        return next((past.stored for past in self.past if past.attempt == attempt), ())

    def retired(self, status: Status, verdict: str, reason: str) -> tuple[Past, ...]:
        """The earlier attempts with the current one, which ended like this if it is not known."""
        if not self.attempt or self.is_retired:
            return self.past
        past = Past(
            attempt=self.attempt,
            status=status,
            verdict=verdict,
            reason=reason,
            runner=self.runner,
            revoked=self.revoked,
            control=self.control,
            stored=self.stored,
        )
        return (*self.past, past)


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
        approved_by: who approved of its code, or "".
        forced: whether the cancel stops the jobs that always run, too.
        failure: why there is no plan, or "".
        at: the latest time that an event told of.
        began: when it was requested, or run again for the last time.
        alarm: the time for which a timer is set, in seconds since the epoch; 0 if none is.
        deadline: when the run is to be stopped, likewise.
        expired: whether it was.
        heard: ids of the requests that were acted upon.
        round: how often jobs of the run were run again at somebody's request.
        stay: how often that was after its conclusion: then it joins its concurrency group anew.
    """

    stage: Stage = Stage.NEW
    requested: RunRequested | None = None
    plan: Plan | None = None
    graph: Graph = field(default_factory=lambda: Graph({}, {}))
    jobs: HashTrieMap[str, JobState] = field(default_factory=HashTrieMap)
    open: int = 0
    worst: Status = Status.OK
    cancelled_by: str = ""
    approved_by: str = ""
    forced: bool = False
    failure: str = ""
    at: float = 0.0
    began: float = 0.0
    alarm: float = 0.0
    deadline: float = 0.0
    expired: bool = False
    heard: frozenset[str] = frozenset()
    round: int = 0
    stay: int = 0

    @property
    def trust(self) -> Trust:
        """Of the code that it runs."""
        return self.requested.facts.trust if self.requested else "trusted"

    @property
    def group(self) -> str:
        """The concurrency group that the run belongs to, or ""."""
        if self.plan is None or self.requested is None or self.requested.facts.local:
            return ""
        facts = self.requested.facts
        scope = f"{facts.repository}/{self.plan.workflow}"
        if self.plan.concurrency:
            # Strangers neither cancel a run of ours nor keep it waiting.
            apart = " untrusted" if self.trust == "untrusted" else ""
            return f"{facts.repository}{apart}/{self.plan.concurrency}"
        is_change = self.plan.event == "pull_request" and facts.pr_number > 0
        return f"{scope}/pr/{facts.pr_number}" if is_change else ""
