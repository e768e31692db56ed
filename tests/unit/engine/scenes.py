"""Runs in a few words: jobs by name, reports by name, outcomes by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from praktika.engine.explain import explain
from praktika.engine.run import JobState, Run, Stage
from praktika.engine.step import Decision, due, replay, step
from praktika.model.commands import AnyCommand, Conclude, Dispatch, Revoke
from praktika.model.events import (
    AnyEvent,
    Approved,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    Planned,
    RerunRequested,
    RunRequested,
    TimerFired,
)
from praktika.model.facts import Facts
from praktika.model.plan import Job, Need, Plan
from praktika.model.result import Status

LOCAL = Facts()
CHANGE = Facts(repository="o/r", pr_number=7, local=False)


def key(name: str) -> str:
    """Keys differ from names, so that a sentence with a key in it shows."""
    return f"key-{name}"


def after(*names: str) -> tuple[Need, ...]:
    """Ordering only."""
    return tuple(Need(job=key(name), kind="order") for name in names)


def reads(*names: str) -> tuple[Need, ...]:
    """The reports of other jobs."""
    return tuple(Need(job=key(name), kind="job") for name in names)


def takes(name: str, *artifacts: str) -> tuple[Need, ...]:
    """Artifacts of another job."""
    return (Need(job=key(name), kind="artifact", artifacts=artifacts),)


def job(name: str, needs: tuple[Need, ...] = (), **fields: object) -> Job:
    return Job(key=key(name), name=name, command="true", needs=needs, **fields)


def plan_of(*jobs: Job, **policies: object) -> Plan:
    return Plan(**{"workflow": "w", "event": "push", "jobs": jobs, **policies})


class Scene:
    """A run that was given these jobs, and the policies of its plan, and more of its request.

    Attributes:
        run: its state.
        journal: the events that changed it.
        commands: everything that it asked for.
    """

    def __init__(
        self,
        *jobs: Job,
        is_planned: bool = True,
        facts: Facts = LOCAL,
        request: Mapping[str, object] = MappingProxyType({}),
        **policies: object,
    ) -> None:
        self.run = Run()
        self.journal: list[AnyEvent] = []
        self.commands: list[AnyCommand] = []
        self.tell(RunRequested(at=0.0, workflow="w", by="ann", facts=facts, **request))
        if is_planned:
            self.tell(Planned(at=1.0, plan=plan_of(*jobs, **policies)))

    def tell(self, event: AnyEvent) -> Decision:
        decision = step(self.run, event)
        if decision.run is not self.run:
            self.journal.append(event)
        self.run = decision.run
        self.commands += decision.commands
        return decision

    def start(self, *names: str, runner: str = "runner-1", at: float = 2.0) -> None:
        for name in names:
            self.tell(JobStarted(at=at, job=key(name), attempt=self.attempt(name), runner=runner))

    def finish(
        self, name: str, status: Status = Status.OK, *, at: float = 3.0, **fields: object
    ) -> Decision:
        attempt = self.attempt(name)
        event = JobFinished(at=at, job=key(name), attempt=attempt, status=status, **fields)
        return self.tell(event)

    def lose(self, name: str, reason: str = "runner-1 died", *, at: float = 3.0) -> Decision:
        event = JobLost(at=at, job=key(name), attempt=self.attempt(name), reason=reason)
        return self.tell(event)

    def cancel(self, by: str = "ann", *, force: bool = False) -> Decision:
        return self.tell(CancelRequested(at=4.0, by=by, force=force))

    def cancel_one(self, name: str, by: str = "ann", *, id: str = "") -> Decision:  # noqa: A002
        return self.tell(CancelRequested(at=4.0, by=by, job=key(name), id=id))

    def approve(self, sha: str, by: str = "eve", *, id: str = "") -> Decision:  # noqa: A002
        return self.tell(Approved(at=4.0, by=by, sha=sha, id=id))

    def rerun(self, *names: str, scope: str = "", by: str = "eve", **fields: object) -> Decision:
        """Ask for these jobs again; without any, for those that failed, or another scope."""
        fields = {"at": 10.0, "id": f"request-{len(self.journal)}", **fields}
        jobs = tuple(key(name) for name in names)
        scope = scope or ("jobs" if names else "failed")
        return self.tell(RerunRequested(by=by, scope=scope, jobs=jobs, **fields))

    def fire(self, at: float, **causes: str) -> Decision:
        """A timer fires."""
        return self.tell(TimerFired(at=at, causes=causes))

    def crash(self) -> tuple[AnyCommand, ...]:
        """A successor takes over; what it begins with."""
        self.run = replay(self.journal)
        return due(self.run)

    def state(self, name: str) -> JobState:
        return self.run.jobs[key(name)]

    def attempt(self, name: str) -> int:
        return self.state(name).attempt

    def reason(self, name: str) -> str:
        return self.state(name).reason

    def why(self, name: str) -> str:
        return explain(self.run, key(name))

    @property
    def statuses(self) -> dict[str, Status]:
        return {each.name: self.state(each.name).status for each in self.run.graph.jobs.values()}

    @property
    def dispatched(self) -> list[str]:
        return names(self.commands, Dispatch)

    @property
    def revoked(self) -> list[str]:
        return names(self.commands, Revoke)

    @property
    def verdict(self) -> Status | None:
        """What the run was concluded with; None while it goes on."""
        verdicts = [each.status for each in self.commands if isinstance(each, Conclude)]
        assert len(verdicts) <= 1 + sum(isinstance(e, RerunRequested) for e in self.journal)
        return verdicts[-1] if self.run.stage is Stage.CONCLUDED else None

    def told(self, kind: type) -> list[AnyCommand]:
        """The commands of this kind, in order."""
        return [each for each in self.commands if isinstance(each, kind)]


def names(commands: Iterable[AnyCommand], kind: type[Dispatch | Revoke]) -> list[str]:
    """The jobs that these commands are about, in order."""
    return [each.job.removeprefix("key-") for each in commands if isinstance(each, kind)]
