"""A run of 200 jobs of which every one is in the cache: how long it takes to decide on all of them.

    python bench/caching.py

Method: a repository of 400 files in 200 folders; 100 jobs that leave an artifact each, and 100
that take one. Everything runs once. Then, in turn, as whole processes: `praktika run`, which takes
all outcomes and writes the report; `praktika plan --json`, which only decides; and the floor,
`praktika check`, which compiles the same declaration. Goal: at most 1 s for the decision.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import in_turn, row, seconds

DECLARATION = """
from praktika import Artifact, Job, Workflow


def keyed(name, folder, **more):
    digest = Job.CacheDigestConfig(include_paths=[f"src/{folder}", "common"])
    return Job(name=name, runs_on=["any"], digest_config=digest, **more)


artifacts = [Artifact(name=f"a{n}", path=f"out{n}") for n in range(100)]
builds = [
    keyed(f"build {n}", n, command=f"echo {n} > out{n}", provides=[f"a{n}"]) for n in range(100)
]
tests = [keyed(f"test {n}", 100 + n, command="true", requires=[f"a{n}"]) for n in range(100)]
WORKFLOWS = [
    Workflow(
        name="bench",
        event=Workflow.Event.PULL_REQUEST,
        jobs=[*builds, *tests],
        artifacts=artifacts,
        enable_cache=True,
    )
]
"""


def main() -> None:
    """Run everything once, then measure."""
    with tempfile.TemporaryDirectory() as folder:
        place = repository(Path(folder) / "repository")
        praktika = [sys.executable, "-m", "praktika"]
        subprocess.run([*praktika, "run", "-q"], cwd=place, check=True, capture_output=True)
        said = subprocess.run(
            [*praktika, "plan", "--json"], cwd=place, check=True, capture_output=True
        )
        jobs = json.loads(said.stdout)["workflows"][0]["jobs"]
        reused = sum(job["decision"] == "reuse" for job in jobs)
        print(f"{reused} of {len(jobs)} jobs are in the cache")
        run, plan, check = in_turn(
            lambda: seconds([*praktika, "run", "-q"], place),
            lambda: seconds([*praktika, "plan", "--json"], place),
            lambda: seconds([*praktika, "check"], place),
            times=5,
        )
        row("praktika run, 200 jobs reused", run, check, "praktika check")
        row("praktika plan, 200 jobs reused", plan, check, "praktika check", "goal 1.0 s")


def repository(place: Path) -> Path:
    """A repository with the declaration and the files that its jobs depend on."""
    for number in range(200):
        folder = place / "src" / str(number)
        folder.mkdir(parents=True)
        for file in range(2):
            (folder / f"{file}.c").write_text(f"{number} {file}\n")
    (place / "common").mkdir()
    (place / "common" / "a.h").write_text("a\n")
    (place / "ci/workflows").mkdir(parents=True)
    (place / "ci/workflows/bench.py").write_text(DECLARATION)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "bench"]):
        identity = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"]
        subprocess.run(["git", *identity, *arguments], cwd=place, check=True)
    return place


if __name__ == "__main__":
    main()
