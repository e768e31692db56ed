"""Machine-hours and waiting of a pool on a Tuesday, against perfect hindsight.

    python bench/scaling.py [--seed 2] [--runs 90]

Method: the simulation of `tests/simulation/scaling`, with praktika's own decisions, on a day of 24
hours. `--runs` runs begin at random, nine of ten between 9 and 19 o'clock; each is 3 jobs of a
minute or two, then 24 jobs of 2 to 15 minutes, then one of 30. Machines boot in 40 to 90 s; there
are 100 at most.

- hindsight: each job begins when it is queued, on a machine that is ready on the dot; between two
  jobs it stays or is booted anew, whatever is less. Nobody can do better without letting jobs wait.
- predecessor: a machine more in a minute, and nobody leaves before the whole queue is empty.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "controller/src")]

from tests.simulation.scaling.history import History  # noqa: E402 - the same
from tests.simulation.scaling.scenario import Scenario  # noqa: E402 - the same
from tests.simulation.scaling.world import Parts, World  # noqa: E402 - the same

from praktika.model.installation import Pool  # noqa: E402 - the same
from praktika_controller import idle  # noqa: E402 - after the path

HOUR = 3600.0
DAY = 24 * HOUR
BOOT = 65.0
MOST = 100

Sends = Sequence[tuple[float, tuple[float, ...]]]


@dataclass(frozen=True)
class Figures:
    """What a day cost, in machine-hours, and how long jobs waited, in seconds."""

    hours: float
    launches: int
    waits: Sequence[float]


def tuesday(seed: int, runs: int) -> Sends:
    """What is queued when."""
    chance = random.Random(seed)
    sends: list[tuple[float, tuple[float, ...]]] = []
    for _ in range(runs):
        day = chance.random() < 0.9
        at = chance.uniform(9, 19) * HOUR if day else chance.uniform(0, 24) * HOUR
        first = tuple(chance.uniform(60, 120) for _ in range(3))
        second = tuple(min(900.0, 120 + chance.expovariate(1 / 240)) for _ in range(24))
        sends.append((at, first))
        sends.append((at + max(first), second))
        sends.append((at + max(first) + max(second), (1800.0,)))
    return sorted(sends)


def hindsight(sends: Sends) -> Figures:
    """The least, for jobs that never wait: who became free last takes the next one."""
    jobs = [(at, each) for at, lengths in sends for each in lengths]
    free: list[float] = []
    hours, launches = 0.0, 0
    for at, seconds in jobs:
        done = [end for end in free if end <= at]
        gap = at - max(done) if done else BOOT
        if done and gap < BOOT:
            free.remove(max(done))
        else:
            launches += 1
        hours += seconds + min(gap, BOOT)
        free.append(at + seconds)
    return Figures(hours / HOUR, launches, [0.0])


def simulated(sends: Sends, parts: Parts, *, patience: float, reserve: int) -> Figures:
    """A day with these decisions."""
    pool = Pool(
        name="pool",
        role="job_runner",
        queues=("work",),
        groups=("spot",),
        max_size=MOST,
        reserve=reserve,
    )
    plot = Scenario(kind="burst", pool=pool, idle=patience, sends=sends)
    world = World(plot, random.Random(1), parts)
    history = world.run()
    waits = [one.done - one.seconds - one.sent for one in history.messages if one.done is not None]
    return Figures(_hours(history), len(history.launches), waits)


def _hours(history: History) -> float:
    """Of all machines; those that are still there count to the end of the day."""
    end = max(DAY, *(end.at for end in history.ends))
    ends = sum(one.at for one in history.ends)
    left = len(history.launches) - len(history.ends)
    return (ends + left * end - sum(history.launches)) / HOUR


class Predecessor:
    """Looks once a minute, and starts one machine if all are busy."""

    def __init__(self, groups: Any, queue: Any, pools: Sequence[Pool], **_: Any) -> None:
        self._groups, self._queue, self._pool = groups, queue, pools[0]

    def look(self, only: Collection[str] | None = None) -> None:
        """One machine more, with the tick of a minute; a nudge is not heard."""
        if only is not None:
            return
        backlog = self._queue.backlog("work")
        group = self._groups.look(["spot"])["spot"]
        capacity = group.desired - self._pool.reserve
        if backlog.waiting + backlog.leased > capacity and group.desired < self._pool.max_size:
            self._groups.resize("spot", group.desired + 1)


def predecessor_leaves(_machine: str, _idle: float, view: idle.View) -> idle.Verdict:
    nothing = view.waiting == 0 and view.leased == 0 and view.desired > view.smallest
    return idle.Verdict(leaves=nothing, shrinks=True, reason="")


PREDECESSOR = Parts(
    scaler=Predecessor,
    idle=SimpleNamespace(
        rested=lambda _machine, _idle, _seconds: True,
        ticket=lambda _pool, now: f"{now}",
        turn=lambda now: now,
        may_leave=predecessor_leaves,
    ),
)


def show(name: str, figures: Figures, best: Figures) -> None:
    waits = sorted(figures.waits)
    late = waits[int(len(waits) * 0.95)]
    print(
        f"{name:34} {figures.hours:7.1f} h {figures.hours / best.hours:6.2f} x "
        f"{figures.launches:6} {statistics.median(waits):7.0f} s {late:6.0f} s {waits[-1]:6.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--runs", type=int, default=90)
    asked = parser.parse_args()
    sends = tuesday(asked.seed, asked.runs)
    best = hindsight(sends)
    work = sum(sum(lengths) for _, lengths in sends) / HOUR
    print(
        f"{sum(len(each) for _, each in sends)} jobs, {work:.1f} hours of work; machines, waiting"
    )
    print(
        f"{'':34} {'machines':>9} {'ratio':>8} {'boots':>6} {'median':>9} {'95 %':>8} {'most':>8}"
    )
    show("hindsight", best, best)
    for patience in (60.0, 300.0, 600.0):
        for reserve in (0, 4):
            figures = simulated(sends, Parts(), patience=patience, reserve=reserve)
            show(f"idle {patience:.0f} s, reserve {reserve}", figures, best)
    show("predecessor", simulated(sends, PREDECESSOR, patience=0.0, reserve=0), best)


if __name__ == "__main__":
    main()
