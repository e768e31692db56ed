"""A job as its runner sees it: some seconds of work that can be stopped, and an effect at its end."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.simulation.system.history import Execution, History
from tests.simulation.system.plans import content, place, record
from tests.simulation.system.scheduler import Scheduler, current

from praktika.errors import Absent, PraktikaError
from praktika.model.events import JobFinished
from praktika.model.plan import Stored
from praktika.model.result import Result, Status
from praktika.model.wire import pretty
from praktika.patience import patiently
from praktika.runner.attempt import Assignment, Bench
from praktika.runner.hold import Hold, LeaseLost
from praktika.runner.process import Stop

LONGEST = 320.0
"""Seconds that a job works at most."""

GRACE = 5.0
"""Seconds that a job takes at most to end when it is told to."""

GLANCE = 4.0
"""Seconds after which a runner looks whether its job is to be stopped."""


@dataclass(frozen=True)
class Outcome:
    status: Status
    verdict: str = ""
    reason: str = ""


_OK = Outcome(Status.OK)
_OUTCOMES = (
    *[_OK] * 6,
    Outcome(Status.FAIL, "author", "a test failed"),
    Outcome(Status.FAIL, "author", "a test failed"),
    Outcome(Status.ERROR, "infrastructure", "the disk broke"),
    Outcome(Status.ERROR, "author", "it makes no sense"),
    Outcome(Status.DROPPED, "", "it dropped itself"),
)


class Work:
    """Executes attempts, in place of `praktika.runner.attempt.execute`."""

    def __init__(
        self,
        scheduler: Scheduler,
        history: History,
        chance: random.Random,
        second: random.Random | None = None,
    ) -> None:
        self._second = second
        self._scheduler = scheduler
        self._history = history
        self._chance = chance

    def execute(self, bench: Bench, assignment: Assignment, hold: Hold, stop: Stop) -> JobFinished:
        task = assignment.task
        execution = Execution(
            attempt=(task.run, task.job, task.attempt),
            process=current().process.name,
            began=self._scheduler.now,
        )
        self._history.executions.append(execution)
        self._history.deeds.append(
            (self._scheduler.now, execution.process, f"works at {execution.attempt}")
        )
        try:
            return self._work(execution, bench, assignment, hold, stop)
        except LeaseLost:
            execution.ended = execution.ended or self._scheduler.now
            raise

    def _work(
        self,
        execution: Execution,
        bench: Bench,
        assignment: Assignment,
        hold: Hold,
        stop: Stop,
    ) -> JobFinished:
        outcome = self._bring(execution, bench, assignment) or self._go_on(
            execution, assignment, stop
        )
        execution.ended = self._scheduler.now
        self._history.deeds.append(
            (execution.ended, execution.process, f"is through: {outcome.status} {outcome.reason}")
        )
        hold.confirm()
        stored: tuple[Stored, ...] = ()
        if outcome.status.is_ok:
            stored, outcome = self._leave(bench, assignment, outcome)
        task = assignment.task
        token = f"{execution.process}/{len(self._history.executions)}"
        result = Result(
            name=assignment.job.name,
            status=outcome.status,
            info=outcome.reason,
            ext={"token": token, "verdict": outcome.verdict, "attempt": task.attempt},
        )
        hold.confirm()
        patiently(lambda: bench.blobs.put(f"{assignment.prefix}/result.json", pretty(result)))
        execution.token = token
        execution.told = JobFinished(
            at=bench.clock.now(),
            job=task.job,
            attempt=task.attempt,
            status=outcome.status,
            reason=outcome.reason,
            provided=tuple(each.name for each in stored),
            stored=stored,
            is_forced=bool(self._second and outcome is _OK and self._second.random() < 0.15),
            verdict=outcome.verdict,
            runner=bench.name,
        )
        return execution.told

    def _bring(self, execution: Execution, bench: Bench, assignment: Assignment) -> Outcome | None:
        """Look for the inputs; the outcome if one is not there."""
        for need in assignment.job.needs:
            for name in need.artifacts:
                key = _source(assignment, need.job, name)
                try:
                    found = record(name, bench.blobs.get(key))
                except Absent:
                    found = None
                except PraktikaError as error:
                    return Outcome(Status.ERROR, "infrastructure", f"could not run: {error}")
                is_as_told = found in assignment.task.stored
                if not is_as_told and not assignment.job.always_run:
                    execution.missing = key
                    return Outcome(Status.ERROR, "infrastructure", f"no {key}")
        return None

    def _go_on(self, execution: Execution, assignment: Assignment, stop: Stop) -> Outcome:
        """Work until it is done, or has to stop."""
        chance, scheduler = self._chance, self._scheduler
        length = chance.choice((0.5, 10.0, 40.0, 120.0, LONGEST)) * chance.random()
        is_late = length > assignment.job.timeout
        end = scheduler.now + min(length, assignment.job.timeout)
        while True:
            execution.checked = scheduler.now
            execution.looks += 1
            reason = stop()
            if reason:
                scheduler.sleep(GRACE * chance.random())
                return Outcome(Status.DROPPED, "", reason)
            if scheduler.now >= end:
                break
            scheduler.sleep(min(GLANCE, end - scheduler.now))
        execution.effect = scheduler.now
        if is_late:
            return Outcome(Status.FAIL, "timeout", "it took too long")
        return chance.choice(_OUTCOMES)

    def _leave(
        self, bench: Bench, assignment: Assignment, outcome: Outcome
    ) -> tuple[tuple[Stored, ...], Outcome]:
        """Store the outputs; what was stored, and the outcome, which may be spoilt."""
        task = assignment.task
        stored = []
        for name in assignment.job.provides:
            try:
                data = content(task.run, task.job, task.attempt, name)
                bench.blobs.put(f"{assignment.prefix}/artifacts/{name}", data)
            except PraktikaError as error:
                return (), Outcome(Status.ERROR, "infrastructure", f"{name}: {error}")
            stored.append(record(name, data))
        return tuple(stored), outcome


def _source(assignment: Assignment, provider: str, name: str) -> str:
    """Where an input is: with the attempt that counts, perhaps of an earlier run."""
    task = assignment.task
    job = next(each for each in assignment.plan.jobs if each.key == provider)
    if job.origin is not None and provider not in task.inputs:
        return place(job.origin.run, provider, job.origin.attempt, name)
    return place(task.run, provider, task.inputs.get(provider, 1), name)
