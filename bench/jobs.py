"""Whole runs: independent no-op jobs, and a chain, as whole-process time of `praktika run`.

Floors in the same run: `make -j2` over the same graph, and bare spawns of `true` from Python, two
at a time. Peers, measured once on a machine of two cores: the predecessor 73 s for 50 jobs and
30 s for a chain of 20; Buildbot 44 s for 50; gitlab-ci-local 1.6 s for 50 and 11-14 ms for each
further job.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import in_turn, row, seconds

DECLARATION = """
from praktika import Job, Workflow

jobs = [Job(name=f"job {{n}}", runs_on=["any"], command="true") for n in range({count})]
if {chained}:
    jobs = [jobs[0], *(job.set_run_after(f"job {{n}}") for n, job in enumerate(jobs[1:]))]
WORKFLOWS = [Workflow(name="bench", event=Workflow.Event.PULL_REQUEST, jobs=jobs)]
"""
SPAWN = """
import subprocess
running = []
for _ in range({count}):
    running.append(subprocess.Popen(["true"]))
    if len(running) == 2:
        running.pop(0).wait()
[process.wait() for process in running]
"""


def main() -> None:
    """Print a row for each size, and the cost of a further job."""
    with tempfile.TemporaryDirectory() as folder:
        fifty, _ = measure(Path(folder), 50, budget="budget 1.0 s")
        many, _ = measure(Path(folder), 500)
        print(f"{'each further job':44} {(many - fifty) / 450 * 1000:9.2f} ms   budget 6 ms")
        measure(Path(folder), 20, chained=True)


def measure(folder: Path, count: int, *, chained: bool = False, budget: str = "") -> list[float]:
    """Medians of praktika and of make."""
    place = repository(folder / f"{count}-{chained}", count, chained=chained)
    name = f"chain of {count}" if chained else f"{count} independent no-op jobs"
    ours, make, spawn = in_turn(
        praktika(place),
        lambda: seconds(["make", "-s", "-j2"], place),
        lambda: seconds([sys.executable, "-c", SPAWN.format(count=count)], place),
        times=5 if count < 100 else 3,
    )
    row(name, ours, make, "make -j2", budget)
    row("", ours, spawn, "spawns from Python")
    return [ours, make]


def praktika(place: Path) -> Callable[[], float]:
    """Runs the pipeline with the praktika of this interpreter."""
    return lambda: seconds([sys.executable, "-m", "praktika", "run", "-j", "2"], place)


def repository(place: Path, count: int, *, chained: bool) -> Path:
    """A repository with the same graph for praktika and for make."""
    (place / "ci/workflows").mkdir(parents=True)
    text = DECLARATION.format(count=count, chained=chained)
    (place / "ci/workflows/bench.py").write_text(text)
    rules = [f"j{n}: {f'j{n - 1}' if chained and n else ''}\n\t@true" for n in range(count)]
    targets = " ".join(f"j{n}" for n in range(count))
    rules = [f"all: {targets}", f".PHONY: all {targets}", *rules]
    (place / "Makefile").write_text("\n".join(rules) + "\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "bench"]):
        identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
        subprocess.run(["git", *identity, *arguments], cwd=place, check=True)
    return place


if __name__ == "__main__":
    main()
