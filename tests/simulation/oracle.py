"""What must become of every job, said a second time: slow, and on purpose unlike the engine.

It looks at what arrived, and at which attempts were dispatched. Nobody is told anything: after
each event, every job that is open asks the jobs that it needs what became of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.simulation.history import History, Step

from praktika.engine.retry import MAX_LOST_ATTEMPTS
from praktika.model.commands import Dispatch
from praktika.model.events import (
    Admitted,
    Approved,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RerunRequested,
    RunRequested,
    TimerFired,
)
from praktika.model.facts import Facts
from praktika.model.plan import Job, Need, Plan
from praktika.model.result import Status

GOOD = {Status.OK, Status.SKIPPED, Status.XFAIL}
OPEN = {Status.PENDING, Status.RUNNING}


@dataclass(frozen=True)
class Fate:
    """What became of a job; `is_cancelled` says that it was dropped because somebody wished so."""

    status: Status
    provided: tuple[str, ...] = ()
    blocks: bool = True
    is_cancelled: bool = False


@dataclass
class Live:
    """An attempt that nobody has given up.

    Attributes:
        number: 1-based.
        has_begun: whether its start was told.
        is_stopped: whether it was asked to stop.
        limit: when it is given up, 0 for never.
    """

    number: int
    has_begun: bool = False
    is_stopped: bool = False
    limit: float = 0.0


@dataclass
class Oracle:
    """Follows a history and knows, at each point, what is decided.

    Attributes:
        fates: of the jobs that are decided.
        live: the attempts that are queued or run.
        pauses: of the jobs that are tried again after some time: until when.
        losses, failures: of each job since it was last asked for.
        repeated: the jobs that the last event made run again.
        anew: the reused jobs that somebody asked for to be run here.
        wanted: the commit that somebody still has to approve of, or None.
        stay: how often the run was over and began again.
    """

    plan: Plan = field(default_factory=lambda: Plan(workflow="", event="", jobs=()))
    jobs: dict[str, Job] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    fates: dict[str, Fate] = field(default_factory=dict)
    live: dict[str, Live] = field(default_factory=dict)
    pauses: dict[str, float] = field(default_factory=dict)
    losses: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    heard: set[str] = field(default_factory=set)
    repeated: set[str] = field(default_factory=set)
    anew: set[str] = field(default_factory=set)
    cancelled: bool = False
    forced: bool = False
    expired: bool = False
    limit: float = 0.0
    is_new: bool = True
    wanted: str | None = None
    is_planning: bool = False
    is_held: bool = False
    stay: int = 0
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
        return self.fates[key].status if key in self.fates else None

    @property
    def is_over(self) -> bool:
        planned = not (self.is_new or self.is_planning or self.wanted is not None)
        return self.planless is not None or (planned and self.fates.keys() == self.jobs.keys())

    @property
    def is_queued(self) -> bool:
        """Whether the run waits for its turn before it does anything."""
        is_change = self.plan.event == "pull_request" and self.facts.pr_number
        has_group = not self.facts.local and (self.plan.concurrency or is_change)
        return bool(has_group) and self.plan.concurrency_policy == "queue"

    def verdict(self) -> Status:
        """What the whole run amounts to."""
        if self.planless is not None:
            return self.planless
        weights = {self.weight(key) for key in self.jobs}
        if self.expired:
            weights.add(Status.ERROR)
        order = (Status.ERROR, Status.FAIL, Status.DROPPED)
        return next((status for status in order if status in weights), Status.OK)

    def weight(self, key: str) -> Status:
        fate = self.fates[key]
        if fate.is_cancelled:
            return Status.DROPPED
        if fate.status in GOOD or self.jobs[key].allow_failure:
            return Status.OK
        return Status.ERROR if fate.status is Status.ERROR else Status.FAIL

    def watch(self, step: Step) -> None:
        event = step.event
        self.repeated = set()
        match event:
            case RunRequested() if self.is_new:
                self.is_new, self.facts = False, event.facts
                if event.needs_approval:
                    self.wanted = event.subject.sha if event.subject else event.facts.sha
                self.is_planning = self.wanted is None
            case Approved() if event.sha == self.wanted and self.planless is None:
                self.approve(event)
            case Planned() if self.is_planning:
                self.begin(event)
            case PlanFailed() if self.is_planning:
                self.end_without_plan(Status.ERROR)
            case Admitted() if event.stay == self.stay:
                self.is_held = False
            case JobStarted() if self.counts(event.job, event.attempt):
                self.start(event)
            case JobFinished() if self.counts(event.job, event.attempt):
                self.finish(event)
            case JobLost() if self.counts(event.job, event.attempt):
                self.finish(
                    JobFinished(
                        at=event.at,
                        job=event.job,
                        attempt=event.attempt,
                        status=Status.DROPPED if self.live[event.job].is_stopped else Status.ERROR,
                        verdict="infrastructure",
                    )
                )
            case CancelRequested() if not event.id or event.id not in self.heard:
                self.cancel_one(event) if event.job else self.cancel(event)
            case RerunRequested() if event.id not in self.heard:
                self.rerun(event)
            case TimerFired():
                self.pass_time(event.at)
        self.ask()
        for command in step.commands:
            if isinstance(command, Dispatch):
                pickup = self.plan.pickup_timeout
                limit = event.at + pickup if pickup else 0.0
                self.live[command.job] = Live(command.attempt, limit=limit)

    def approve(self, event: Approved) -> None:
        if event.by and event.id not in self.heard:
            self.hear(event.id)
            self.wanted, self.is_planning = None, True

    def begin(self, event: Planned) -> None:
        self.is_planning = False
        self.plan = event.plan
        self.jobs = {job.key: job for job in event.plan.jobs}
        self.is_held = self.is_queued
        self.limit = event.at + event.plan.timeout if event.plan.timeout else 0.0

    def ask(self) -> None:
        """Decide what can be decided: needs are earlier in the plan, so that one round is enough."""
        for key, job in self.jobs.items():
            if key in self.fates or key in self.live or key in self.pauses:
                continue
            bad = [need for need in job.needs if self.is_unmet(need)]
            if job.decision == "skip":
                if not self.is_held:
                    self.fates[key] = Fate(Status.SKIPPED)
            elif self.takes(key):
                if not self.is_held:
                    self.fates[key] = Fate(Status.OK, tuple(s.name for s in job.origin.stored))
            elif bad and not job.always_run:
                cancelled = self.cancelled or self.fates[bad[0].job].is_cancelled
                self.fates[key] = Fate(Status.DROPPED, is_cancelled=cancelled)

    def takes(self, key: str) -> bool:
        """Whether the outcome of an earlier run is taken for a job, now or before long."""
        return self.jobs[key].decision == "reuse" and key not in self.anew

    def has_taken(self, key: str) -> bool:
        return self.takes(key) and self.fate(key) is Status.OK

    def is_to_take(self, key: str) -> bool:
        return self.takes(key) and self.fate(key) is not Status.OK

    def is_unmet(self, need: Need) -> bool:
        """Whether what was needed came out in a way that those who need it cannot run."""
        fate = self.fates.get(need.job)
        if fate is None or fate.status is Status.DROPPED:
            return fate is not None
        tolerated = self.jobs[need.job].allow_failure or not fate.blocks
        return not (fate.status in GOOD or tolerated) or not {*need.artifacts} <= {*fate.provided}

    def counts(self, key: str, attempt: int) -> bool:
        """Whether a report is about an attempt that is queued or runs."""
        return key in self.live and self.live[key].number == attempt

    def start(self, event: JobStarted) -> None:
        live = self.live[event.job]
        if not live.has_begun:
            live.has_begun = True
            overtime = self.plan.overtime
            live.limit = event.at + self.jobs[event.job].timeout + overtime if overtime else 0.0

    def finish(self, event: JobFinished) -> None:
        key = event.job
        live = self.live.pop(key)
        status = Status.ERROR if event.status in OPEN else event.status
        if live.is_stopped or not self.is_tried_again(key, status, event.verdict):
            wished = live.is_stopped or self.cancelled or event.verdict == "cancelled"
            dropped = status is Status.DROPPED
            self.fates[key] = Fate(status, event.provided, event.blocks, dropped and wished)
        elif event.verdict != "infrastructure":
            self.failures[key] += 1
        else:
            pauses = self.plan.pauses[self.losses[key] :] or self.plan.pauses[-1:] or (0.0,)
            self.losses[key] += 1
            if pauses[0]:
                self.pauses[key] = event.at + pauses[0]

    def is_tried_again(self, key: str, status: Status, verdict: str) -> bool:
        if verdict == "infrastructure":
            return status is Status.ERROR and self.losses[key] < MAX_LOST_ATTEMPTS - 1
        is_theirs = verdict in {"author", "timeout"} and status not in GOOD
        return is_theirs and self.failures[key] < self.jobs[key].retries

    def pass_time(self, at: float) -> None:
        if self.is_over:
            return
        if 0 < self.limit <= at and not self.expired:
            self.expired = True
            self.stop_all(at, but_always_run=not self.is_held)
        for key in self.jobs:
            live = self.live.get(key)
            if live and 0 < live.limit <= at:
                del self.live[key]
                stopped = live.is_stopped
                self.fates[key] = Fate(
                    Status.DROPPED if stopped else Status.ERROR, is_cancelled=stopped
                )
            elif self.pauses.get(key, at + 1) <= at:
                del self.pauses[key]
            self.ask()

    def cancel(self, event: CancelRequested) -> None:
        if self.is_planning or (self.wanted is not None and self.planless is None):
            self.end_without_plan(Status.DROPPED)
        elif self.is_new or self.is_over or (self.cancelled and (self.forced or not event.force)):
            return
        else:
            self.forced = event.force
            self.stop_all(event.at, but_always_run=not event.force and not self.is_held)
        self.hear(event.id)

    def stop_all(self, at: float, *, but_always_run: bool) -> None:
        self.cancelled = True
        self.is_held = False
        for key, job in self.jobs.items():
            if key not in self.fates and not (but_always_run and job.always_run):
                self.stop(key, at)

    def cancel_one(self, event: CancelRequested) -> None:
        stopped = event.job in self.live and self.live[event.job].is_stopped
        if event.job in self.jobs and event.job not in self.fates and not stopped:
            self.stop(event.job, event.at)
            if self.jobs[event.job].decision != "skip":
                self.hear(event.id)

    def stop(self, key: str, at: float) -> None:
        """What has begun is asked to stop, what has not is dropped."""
        live = self.live.get(key)
        if self.jobs[key].decision == "skip":
            return
        if live and live.has_begun:
            if not live.is_stopped:
                live.is_stopped = True
                live.limit = at + self.plan.overtime if self.plan.overtime else 0.0
            return
        self.live.pop(key, None)
        self.pauses.pop(key, None)
        self.fates[key] = Fate(Status.DROPPED, is_cancelled=True)

    def rerun(self, event: RerunRequested) -> None:
        if self.planless is not None:
            self.hear(event.id)
            self.planless, self.cancelled = None, False
            self.is_planning = self.wanted is None
            self.stay += 1
            return
        if (
            self.is_new
            or self.is_planning
            or self.wanted is not None
            or (not self.is_over and (self.is_held or self.cancelled))
        ):
            return
        again = self.again(event)
        if not again:
            return
        self.hear(event.id)
        if self.is_over:
            self.stay += 1
            self.is_held = self.is_queued
            self.limit = event.at + self.plan.timeout if self.plan.timeout else 0.0
        self.cancelled = self.forced = self.expired = False
        self.repeated = again
        self.anew |= {key for key in again if not self.is_to_take(key)}
        for key in again:
            del self.fates[key], self.losses[key], self.failures[key]

    def again(self, event: RerunRequested) -> set[str]:
        """The least set of jobs with all that its jobs cannot do without and what is made of them."""
        able = {key for key, job in self.jobs.items() if key in self.fates and self.is_able(job)}
        bad = {key for key in able if self.fates[key].status not in GOOD}
        found = {"all": able, "failed": bad, "jobs": able & {*event.jobs}}[event.scope]
        size = -1
        while len(found) > size:
            size = len(found)
            helpers = {
                need.job
                for key in found
                for need in self.jobs[key].needs
                if self.is_unmet(need) and not self.needs_nothing(self.jobs[key])
            }
            found = found | (helpers & able)
        size = -1
        while len(found) > size:
            size = len(found)
            found = found | {key for key in able if self.follows(self.jobs[key], found)}
        return found

    def is_able(self, job: Job) -> bool:
        """Whether the plan lets the job run at all; it may not need what the plan leaves out."""
        if job.decision == "skip" or self.needs_nothing(job):
            return job.decision != "skip"
        needed = [self.jobs[need.job] for need in job.needs if self.is_unmet(need)]
        return all(self.is_able(each) for each in needed)

    def needs_nothing(self, job: Job) -> bool:
        return job.always_run or self.is_to_take(job.key)

    def follows(self, job: Job, found: set[str]) -> bool:
        loosely = job.always_run or self.fates[job.key].status is Status.DROPPED
        after = [n for n in job.needs if n.job in found and (loosely or n.kind != "order")]
        others = [need for need in job.needs if need.job not in found and self.is_unmet(need)]
        if self.takes(job.key):
            after = [n for n in after if self.has_taken(job.key) and self.has_taken(n.job)]
        return bool(after) and (job.always_run or not others)

    def hear(self, request: str) -> None:
        self.heard |= {request} - {""}

    def end_without_plan(self, status: Status) -> None:
        self.planless = status
        self.is_planning = False
