"""Search many seeds of the simulations for one that breaks a rule; one process for each kind.

python scripts/simulate.py SEEDS [FIRST]           all kinds
python scripts/simulate.py SEEDS FIRST KIND        one of them, in this process
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "controller/src")]

KINDS = ("engine", "system", "scaling")
EVERY = 10.0
"""Seconds between two lines about the progress."""


def main(seeds: range) -> int:
    """All kinds at once; the exit code."""
    here = [sys.executable, __file__, str(len(seeds)), str(seeds.start)]
    processes = [subprocess.Popen([*here, kind]) for kind in KINDS]
    return max(process.wait() for process in processes)


def search(kind: str, seeds: range) -> int:
    """Judge the seeds of one kind until a rule is broken; the exit code."""
    judge = {"engine": judge_engine, "system": judge_system, "scaling": judge_scaling}[kind]
    start = last = time.monotonic()
    for seed in seeds:
        try:
            judge(seed)
        except AssertionError as error:
            print(f"{kind} seed {seed}: {error}", flush=True)
            print(f"again: {sys.executable} scripts/simulate.py 1 {seed} {kind}", flush=True)
            return 1
        if time.monotonic() - last > EVERY:
            last = time.monotonic()
            done = seed - seeds.start + 1
            print(f"{kind}: {done:,} of {len(seeds):,} seeds", file=sys.stderr, flush=True)
    spent = time.monotonic() - start
    print(f"{kind}: {len(seeds):,} seeds in {spent:.0f} s, no rule is broken", flush=True)
    return 0


def judge_engine(seed: int) -> None:
    """One history of the engine, and one more in which outcomes travel between runs."""
    from tests.simulation.choices import Seeded, second  # noqa: PLC0415 - one kind needs one of them
    from tests.simulation.rules import RULES  # noqa: PLC0415 - the same
    from tests.simulation.world import simulate  # noqa: PLC0415 - the same

    for reuse in (None, second(seed)):
        history = simulate(Seeded(seed), reuse=reuse)
        _judge(history, RULES, partial(str, history))


def judge_system(seed: int) -> None:
    """One history of the whole system, and one more in which outcomes travel between runs."""
    from tests.simulation.system.rules import RULES  # noqa: PLC0415 - the same
    from tests.simulation.system.world import simulate  # noqa: PLC0415 - the same

    for reuse in (False, True):
        history = simulate(seed, reuse=reuse)
        _judge(history, RULES, partial(history.tail, 200))


def judge_scaling(seed: int) -> None:
    """One history of a pool of machines."""
    from tests.simulation.scaling.rules import RULES  # noqa: PLC0415 - the same
    from tests.simulation.scaling.world import simulate  # noqa: PLC0415 - the same

    history = simulate(seed)
    _judge(history, RULES, lambda: str(history.scenario))


def _judge(
    history: object, rules: tuple[Callable[..., None], ...], told: Callable[[], str]
) -> None:
    for rule in rules:
        try:
            rule(history)
        except AssertionError as error:
            raise AssertionError(f"{rule.__name__}: {error}\n{told()}") from error


if __name__ == "__main__":
    asked = range(int(sys.argv[2]), int(sys.argv[2]) + int(sys.argv[1]))
    sys.exit(search(sys.argv[3], asked) if len(sys.argv) > 3 else main(asked))
