"""What must become of every job, said a second time: recursive, slow, and on purpose unlike the engine.

It looks at a finished history: which reports counted, and what had not begun when somebody
cancelled. From these alone, each job's fate is a recursive question to the jobs that it needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.simulation.history import History, Step

from praktika.engine.retry import MAX_LOST_ATTEMPTS
from praktika.model.commands import Dispatch
from praktika.model.events import (
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RunRequested,
)
from praktika.model.plan import Job, Need
from praktika.model.result import Status

GOOD = {Status.OK, Status.SKIPPED, Status.XFAIL}
OPEN = {Status.PENDING, Status.RUNNING}


@dataclass(frozen=True)
class Ending:
    """The report that counted for a job."""

    status: Status
    provided: tuple[str, ...] = ()
    blocks: bool = True


@dataclass
class Oracle:
    """Follows a history and knows, at each point, what is decided.

    Attributes:
        endings: of the jobs that ran.
        stopped: jobs that a cancel found before they had begun.
        attempts: the latest attempt of each job that was dispatched.
        begun: jobs whose latest attempt has reported its start.
        revoked: jobs that a cancel found running.
        dropped_before_cancel: jobs that were lost already when the cancel came.
    """

    jobs: dict[str, Job] = field(default_factory=dict)
    endings: dict[str, Ending] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    attempts: dict[str, int] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    dropped_before_cancel: set[str] = field(default_factory=set)
    cancelled: bool = False
    forced: bool = False
    is_new: bool = True
    is_planning: bool = False
    planless: Status | None = None

    @staticmethod
    def of(history: History) -> Oracle:
        """The oracle at the end of a history."""
        oracle = Oracle()
        for step in history.steps:
            oracle.watch(step)
        return oracle

    def fate(self, key: str) -> Status | None:
        """What has become of a job; None as long as nothing decides it."""
        job = self.jobs[key]
        if job.decision == "skip":
            return Status.SKIPPED
        if key in self.stopped or self.is_prevented(key):
            return Status.DROPPED
        return self.endings[key].status if key in self.endings else None

    def is_prevented(self, key: str) -> bool:
        """Whether a need of this job came out in a way that it cannot run."""
        job = self.jobs[key]
        return not job.always_run and any(self.is_unmet(need) for need in job.needs)

    def is_unmet(self, need: Need) -> bool:
        fate = self.fate(need.job)
        if fate is None or fate is Status.DROPPED:
            return fate is Status.DROPPED
        ending = self.endings.get(need.job, Ending(fate))
        tolerated = self.jobs[need.job].allow_failure or not ending.blocks
        return not (fate in GOOD or tolerated) or not {*need.artifacts} <= {*ending.provided}

    def verdict(self) -> Status:
        """What the whole run amounts to."""
        if self.planless is not None:
            return self.planless
        weights = {self.weight(key) for key in self.jobs}
        order = (Status.ERROR, Status.FAIL, Status.DROPPED)
        return next((status for status in order if status in weights), Status.OK)

    def weight(self, key: str) -> Status:
        fate = self.fate(key)
        assert fate is not None
        if fate is Status.DROPPED and self.cancelled and key not in self.dropped_before_cancel:
            return Status.DROPPED
        if fate in GOOD or self.jobs[key].allow_failure:
            return Status.OK
        return Status.ERROR if fate is Status.ERROR else Status.FAIL

    def watch(self, step: Step) -> None:
        event = step.event
        match event:
            case Planned() if self.is_planning:
                self.jobs = {job.key: job for job in event.plan.jobs}
                self.is_planning = False
            case PlanFailed() if self.is_planning:
                self.end_without_plan(Status.ERROR)
            case JobStarted() if self.counts(event.job, event.attempt):
                self.begun.add(event.job)
            case JobFinished() if self.counts(event.job, event.attempt):
                status = Status.ERROR if event.status in OPEN else event.status
                self.endings[event.job] = Ending(status, event.provided, event.blocks)
            case JobLost() if self.counts(event.job, event.attempt):
                self.lose(event)
            case CancelRequested():
                self.cancel(force=event.force)
            case RunRequested() if self.is_new:
                self.is_new, self.is_planning = False, True
        for command in step.commands:
            if isinstance(command, Dispatch):
                self.attempts[command.job] = command.attempt

    def counts(self, key: str, attempt: int) -> bool:
        """Whether a report is about the latest attempt of a job that is still open."""
        return self.attempts.get(key) == attempt and self.fate(key) is None

    def lose(self, event: JobLost) -> None:
        self.begun.discard(event.job)
        if event.job in self.revoked:
            self.endings[event.job] = Ending(Status.DROPPED)
        elif event.attempt == MAX_LOST_ATTEMPTS:
            self.endings[event.job] = Ending(Status.ERROR)

    def end_without_plan(self, status: Status) -> None:
        self.planless = status
        self.is_planning = False

    def cancel(self, *, force: bool) -> None:
        if self.is_planning:
            self.end_without_plan(Status.DROPPED)
        undecided = [key for key in self.jobs if self.fate(key) is None]
        if not undecided or (self.cancelled and (self.forced or not force)):
            return
        if not self.cancelled:
            dropped = {key for key in self.jobs if self.fate(key) is Status.DROPPED}
            self.dropped_before_cancel = dropped
        self.cancelled = True
        self.forced = force
        for key in undecided:
            if force or not self.jobs[key].always_run:
                (self.revoked if key in self.begun else self.stopped).add(key)
