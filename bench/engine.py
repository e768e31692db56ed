"""The engine alone: runs of 10,000 and 20,000 jobs to their end, and whether that is linear.

    python bench/engine.py [--rounds 3]

Method: one process, CPU time, no I/O. A run is requested, given its plan, and each dispatched job
reports its start and its end, first in, first out. Each size is driven from a fresh state in every
round, the sizes in turns; medians are shown. The floor walks the same graph in the same order with
one dictionary of counts, and decides nothing. The garbage collector runs as it does in production.

- layered: layers of 100, each job needs three of the layer before.
- chain: each job needs the one before.
- star: all jobs are leaves, but for one sink that needs them all.
- failing: the layered graph, and its first layer fails: everything else is dropped at once.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import deque
from collections.abc import Callable

from praktika.engine.run import Run, Stage
from praktika.engine.step import due, step
from praktika.model.commands import Dispatch
from praktika.model.events import AnyEvent, JobFinished, JobStarted, Planned, RunRequested
from praktika.model.plan import Job, Need, Plan, job_key
from praktika.model.result import Status

SIZE = 10_000
BUDGET = 2.0
WIDTH = 100
LINEAR = 2.5
"""t(20k) / t(10k) up to this counts as linear: 2 and the noise of a busy machine."""


def layered(size: int) -> Plan:
    """Layers of jobs, each of which needs three of the layer before."""
    needs: list[tuple[int, ...]] = []
    for number in range(size):
        above = (number // WIDTH - 1) * WIDTH
        columns = {(number + step) % WIDTH for step in (0, 7, 31)}
        needs.append(tuple(above + column for column in sorted(columns)) if above >= 0 else ())
    return plan_of(needs)


def chain(size: int) -> Plan:
    """Each job needs the one before."""
    return plan_of([(number - 1,) if number else () for number in range(size)])


def star(size: int) -> Plan:
    """Leaves, and one sink that needs them all."""
    return plan_of([*[()] * size, tuple(range(size))])


def plan_of(needs: list[tuple[int, ...]]) -> Plan:
    """A plan in which job i needs the jobs `needs[i]`."""
    keys = [job_key(f"Job {number}") for number in range(len(needs))]
    jobs = tuple(
        Job(
            key=keys[number],
            name=f"Job {number}",
            command="true",
            needs=tuple(Need(job=keys[other], kind="order") for other in others),
        )
        for number, others in enumerate(needs)
    )
    return Plan(workflow="bench", event="push", jobs=jobs)


def drive(plan: Plan, status: Status = Status.OK) -> tuple[float, int]:
    """CPU seconds from the request to the conclusion, and the number of events."""
    began = time.process_time()
    run = Run()
    incoming: deque[AnyEvent] = deque(
        [RunRequested(at=0.0, workflow="bench"), Planned(at=0.0, plan=plan)]
    )
    events = 0
    while incoming:
        decision = step(run, incoming.popleft())
        run = decision.run
        events += 1
        for command in decision.commands:
            if isinstance(command, Dispatch):
                job, attempt = command.job, command.attempt
                incoming.append(JobStarted(at=0.0, job=job, attempt=attempt))
                incoming.append(JobFinished(at=0.0, job=job, attempt=attempt, status=status))
    took = time.process_time() - began
    assert run.stage is Stage.CONCLUDED
    assert due(run)
    return took, events


def walk(plan: Plan) -> float:
    """The floor: CPU seconds to index the plan and to count every need down."""
    began = time.process_time()
    unmet = {job.key: len(job.needs) for job in plan.jobs}
    dependents: dict[str, list[str]] = {job.key: [] for job in plan.jobs}
    for job in plan.jobs:
        for need in job.needs:
            dependents[need.job].append(job.key)
    ready = deque(key for key, count in unmet.items() if not count)
    while ready:
        for key in dependents[ready.popleft()]:
            unmet[key] -= 1
            if not unmet[key]:
                ready.append(key)
    return time.process_time() - began


def compare(name: str, shape: Callable[[int], Plan], status: Status, rounds: int) -> bool:
    """Print one line for a shape; whether it is within budget and linear."""
    plans = [shape(SIZE), shape(2 * SIZE)]
    times: list[list[float]] = [[], []]
    counts = [0, 0]
    for _ in range(rounds):
        for which, plan in enumerate(plans):
            took, counts[which] = drive(plan, status)
            times[which].append(took)
    small, large = (statistics.median(each) for each in times)
    floor = statistics.median(walk(plans[0]) for _ in range(rounds))
    edges = sum(len(job.needs) for job in plans[0].jobs)
    print(
        f"{name:8} {len(plans[0].jobs):6,} jobs {edges:6,} edges {counts[0]:6,} events"
        f"  10k {small:5.2f} s  20k {large:5.2f} s  20k/10k {large / small:4.2f}"
        f"  {small / counts[0] * 1e6:6.1f} µs an event  {small / floor:5.1f} x floor"
    )
    return small <= BUDGET and large <= LINEAR * small


def main() -> None:
    """Measure every shape, and say whether the budgets hold."""
    parser = argparse.ArgumentParser(description="Large runs through the engine alone.")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    drive(layered(1_000))
    results = [
        compare("layered", layered, Status.OK, rounds),
        compare("chain", chain, Status.OK, rounds),
        compare("star", star, Status.OK, rounds),
        compare("failing", layered, Status.FAIL, rounds),
    ]
    verdict = "within" if all(results) else "OVER"
    print(f"budget: 10,000 jobs in {BUDGET} s of CPU, 20k/10k at most {LINEAR}: {verdict}")


if __name__ == "__main__":
    main()
