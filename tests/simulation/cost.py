"""How much work an event is, counted and not timed: byte codes run, and entries of the maps touched."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any, Self

import msgspec
from tests.simulation.history import Engine

from praktika.engine.run import Graph, Phase, Run
from praktika.model.commands import Dispatch
from praktika.model.events import (
    AnyEvent,
    CancelRequested,
    JobFinished,
    JobStarted,
    Planned,
    RerunRequested,
    RunRequested,
    TimerFired,
)
from praktika.model.plan import Job, Need, Origin, Plan
from praktika.model.result import Status

LIMIT = 100.0
"""Seconds of a run."""


class Meter:
    """Counts the work between two readings."""

    def __init__(self) -> None:
        self.work = 0

    def __enter__(self) -> Self:
        self.work = 0
        self._outer = sys.gettrace()
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._outer)

    def _trace(self, frame: FrameType, event: str, _: Any) -> Any:
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        self.work += event == "opcode"
        return self._trace


class Counted(Mapping):
    """A map that counts who looks at it: loops in C run no byte codes."""

    def __init__(self, inner: Mapping, meter: Meter) -> None:
        self.inner = inner
        self.meter = meter

    def __getitem__(self, key: str) -> Any:
        return self.inner[key]

    def __iter__(self) -> Iterator[str]:
        for key in self.inner:
            self.meter.work += 1
            yield key

    def __len__(self) -> int:
        return len(self.inner)

    def update(self, changes: Mapping) -> Counted:
        self.meter.work += len(changes)
        return Counted(self.inner.update(changes), self.meter)


@dataclass(frozen=True)
class Cost:
    """What the events of a run cost.

    Attributes:
        worst: most work for one event, for each job and edge that the event had to touch.
        reasons: characters of the longest reason.
    """

    worst: float
    reasons: int


def chain(size: int) -> Plan:
    return _plan(
        [Job(key="0", name="job 0", command="")] + [_job(n, n - 1) for n in range(1, size)]
    )


def star(size: int) -> Plan:
    """Many leaves, and one sink that needs them all."""
    return _plan([_job(n) for n in range(size)] + [_job(size, *range(size))])


def fan(size: int) -> Plan:
    """One source that all others need."""
    return _plan([_job(0)] + [_job(n, 0) for n in range(1, size)])


def layered(size: int, width: int = 20) -> Plan:
    """Layers of `width` jobs, each of which needs three of the layer before."""
    jobs = []
    for number in range(size):
        start = (number // width - 1) * width
        needs = {start + (number * step) % width for step in (1, 3, 7)} if start >= 0 else set()
        jobs.append(_job(number, *sorted(needs)))
    return _plan(jobs)


def reusing(plan: Plan) -> Plan:
    """The same plan with a cache, from which every third job takes its outcome."""
    jobs = tuple(
        msgspec.structs.replace(
            job,
            digest="d",
            decision="run" if number % 3 else "reuse",
            origin=None if number % 3 else Origin(run="r0", attempt=1, at=0.0),
        )
        for number, job in enumerate(plan.jobs)
    )
    return msgspec.structs.replace(plan, jobs=jobs, caches=True)


def _job(number: int, *needs: int) -> Job:
    waits = tuple(Need(job=str(need), kind="order") for need in needs)
    return Job(key=str(number), name=f"job {number}", command="", needs=waits)


def _plan(jobs: list[Job]) -> Plan:
    return Plan(workflow="w", event="push", jobs=tuple(jobs))


def cost(plan: Plan, engine: Engine | None = None, *, status: Status = Status.OK) -> Cost:
    """What it costs to start and finish every job, each with `status`."""
    engine = engine or Engine()
    meter = Meter()
    run, waiting = _begin(plan, engine, meter)
    worst = 0.0
    while waiting:
        dispatch = waiting.pop(0)
        key, attempt = dispatch.job, dispatch.attempt
        reports: tuple[AnyEvent, ...] = (
            JobStarted(at=0.0, job=key, attempt=attempt),
            JobFinished(at=0.0, job=key, attempt=attempt, status=status),
        )
        for event in reports:
            with meter:
                decision = engine.step(run, event)
            worst = max(worst, meter.work / _touched(run, decision.run, key))
            run = decision.run
            waiting += [each for each in decision.commands if isinstance(each, Dispatch)]
    assert run.open == 0
    return Cost(worst, max(len(state.reason) for state in run.jobs.values()))


REQUESTS: dict[str, AnyEvent] = {
    "cancel": CancelRequested(at=1.0, by="ann"),
    "forced cancel": CancelRequested(at=1.0, by="ann", force=True),
    "deadline": TimerFired(at=LIMIT),
    "timer": TimerFired(at=1.0),
    "rerun of all": RerunRequested(at=1.0, by="ann", id="1", scope="all"),
    "rerun of what failed": RerunRequested(at=1.0, by="ann", id="1", scope="failed"),
    "rerun of many": RerunRequested(
        at=1.0, by="ann", id="1", scope="jobs", jobs=(*map(str, range(9_999)),)
    ),
}


def request_cost(plan: Plan, request: AnyEvent, engine: Engine | None = None) -> float:
    """What a request or a timer costs, for each job and edge of the plan.

    A rerun comes when the run is over, everything having failed or been dropped; others come at
    once.
    """
    engine = engine or Engine()
    meter = Meter()
    limited = msgspec.structs.replace(plan, timeout=LIMIT, pickup_timeout=1.0)
    run, waiting = _begin(limited, engine, meter)
    if isinstance(request, RerunRequested):
        for each in waiting:
            end = JobFinished(at=0.0, job=each.job, attempt=1, status=Status.FAIL)
            run = engine.step(run, end).run
        assert run.open == 0
    with meter:
        decision = engine.step(run, request)
    assert decision.run is not run
    return meter.work / (len(plan.jobs) + sum(len(job.needs) for job in plan.jobs))


def due_cost(plan: Plan, engine: Engine | None = None) -> float:
    """What it costs to find out what is due when all went well, for each job and edge."""
    engine = engine or Engine()
    meter = Meter()
    run, waiting = _begin(plan, engine, meter)
    while waiting:
        each = waiting.pop(0)
        end = JobFinished(at=0.0, job=each.job, attempt=each.attempt, status=Status.OK)
        decision = engine.step(run, end)
        run = decision.run
        waiting += [each for each in decision.commands if isinstance(each, Dispatch)]
    assert run.open == 0
    with meter:
        engine.due(run)
    return meter.work / (len(plan.jobs) + sum(len(job.needs) for job in plan.jobs))


def rerun_costs(times: int, engine: Engine | None = None) -> list[tuple[int, int]]:
    """What it costs to start and end a job, and what to find out what is due, at each attempt."""
    engine = engine or Engine()
    meter = Meter()
    run, _ = _begin(msgspec.structs.replace(chain(3), overtime=1.0), engine, meter)
    costs = []
    for number in range(1, times + 1):
        begun = JobStarted(at=0.0, job="0", attempt=number)
        stop = CancelRequested(at=0.0, by="ann", job="0", id=f"cancel-{number}")
        again = RerunRequested(at=0.0, by="ann", id=f"rerun-{number}", scope="jobs", jobs=("0",))
        lost = TimerFired(at=1e9 + number)
        with meter:
            for event in (begun, stop, lost):
                run = engine.step(run, event).run
        work = meter.work
        with meter:
            engine.due(run)
        costs.append((work, meter.work))
        run = engine.step(run, again).run
    assert run.jobs["0"].attempt == times + 1
    return costs


def _begin(plan: Plan, engine: Engine, meter: Meter) -> tuple[Run, list[Dispatch]]:
    run = engine.step(Run(), RunRequested(at=0.0, workflow="w")).run
    decision = engine.step(run, Planned(at=0.0, plan=plan))
    run = decision.run
    graph = Graph(Counted(run.graph.jobs, meter), Counted(run.graph.dependents, meter))
    counted = replace(run, graph=graph, jobs=Counted(run.jobs, meter))
    return counted, [each for each in decision.commands if isinstance(each, Dispatch)]


def _touched(before: Run, after: Run, key: str) -> int:
    """Jobs and edges that an event about this job had to touch, at least."""
    seen, pending = {key}, [key]
    edges = 0
    while pending:
        here = pending.pop()
        if after.jobs.inner[here].phase is not Phase.SETTLED:
            continue
        dependents = after.graph.dependents.inner[here]
        edges += len(dependents)
        for other, _ in dependents:
            dropped = after.jobs.inner[other].status is Status.DROPPED
            if dropped and other not in seen and before.jobs.inner[other].phase is Phase.WAITING:
                seen.add(other)
                pending.append(other)
    return len(seen) + edges
