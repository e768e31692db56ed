"""How quickly runs react: to a cancel, to the end of a job, to the loss of a runner.

Each figure stands beside a floor that was measured in the same run: the death of a process after
SIGKILL, the start of a process from Python, the length of a lease.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from jobs import repository
from measure import clean_environment

LEASE = 15
NAP = "95.5151"  # seconds that no other process sleeps

LONG = f"""
from praktika import Job, Workflow

jobs = [Job(name="long", runs_on=["linux"], command="sleep {NAP}")]
WORKFLOWS = [Workflow(name="bench", event=Workflow.Event.PULL_REQUEST, jobs=jobs)]
"""


def main() -> None:
    """Print a row for each figure."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        floor = statistics.median(death_after_kill() for _ in range(5))
        cancels = [cancel_to_death(place / f"cancel {n}") for n in range(5)]
        show("cancel to dead process", statistics.median(cancels), floor, "SIGKILL", "budget 0.5 s")
        spawn = statistics.median(start_of_a_process() for _ in range(20))
        next_one = statistics.median(finished_to_next(place / "chain"))
        show("finished job to next dispatch", next_one, spawn, "spawn of true", "budget 0.020 s")
        noticed = lost_runner(place / "lost", {})
        show("lost host to lost attempt", noticed, LEASE, "the lease", "budget 60 s")


def show(what: str, ours: float, floor: float, name: str, budget: str) -> None:
    """Print one figure beside its floor."""
    print(f"{what:44} {ours:9.4f} s   {ours / floor:7.2f} x {name} ({floor:.4f} s)   {budget}")


def cancel_to_death(place: Path) -> float:
    """Seconds from the request on the command line's way out to the end of the job's process."""
    repository(place, 1, chained=False)
    (place / "ci/workflows/bench.py").write_text(LONG)
    with started(place, "run"):
        wait_for(sleepers)
        began = time.perf_counter()
        asking = subprocess.Popen(
            [sys.executable, "-m", "praktika", "cancel"],
            cwd=place,
            env=environment(place),
            stdout=subprocess.DEVNULL,
        )
        wait_for(lambda: not sleepers())
        took = time.perf_counter() - began
        asking.wait()
    return took - start_up(place)


def finished_to_next(place: Path) -> list[float]:
    """Seconds from each job's end to the next one's start, as the journal of a chain tells."""
    repository(place, 20, chained=True)
    with started(place, "run") as process:
        process.wait()
    (folder,) = (place / ".praktika/runs").iterdir()
    jobs = json.loads((folder / "result.json").read_text())["results"]
    ends = [job["start_time"] + job["duration"] for job in jobs]
    return [job["start_time"] - end for job, end in zip(jobs[1:], ends, strict=False)]


def lost_runner(place: Path, env: Mapping[str, str]) -> float:
    """Seconds from the death of a host with its runner to the event that tells of the loss."""
    repository(place, 1, chained=False)
    (place / "ci/workflows/bench.py").write_text(LONG)
    runner = ("runner", "--label", "linux")
    with (
        started(place, "orchestrator", env=env),
        started(place, *runner, env=env) as host,
        started(place, *runner, env=env),
    ):
        submit(place, env)
        wait_for(sleepers)
        victim = next(p for p in sleepers()[0].parents() if p.pid == host.pid or _is_host(p))
        began = time.perf_counter()
        for process in (*victim.children(), victim):
            process.send_signal(signal.SIGKILL)
        wait_for(lambda: attempts(place, env) > 1, 120)
        return time.perf_counter() - began


def submit(place: Path, env: Mapping[str, str]) -> str:
    """Leave a run to the service; its id."""
    return ask(place, env, "run", "--detach")


def results(place: Path, env: Mapping[str, str], run: str) -> list[dict[str, Any]]:
    """The Results of the jobs of a run that is over.

    Raises:
        CalledProcessError: it is not.
    """
    result = Path(json.loads(ask(place, env, "report", run, "--json"))["result"])
    jobs: list[dict[str, Any]] = json.loads(result.read_text())["results"]
    return jobs


def ask(place: Path, env: Mapping[str, str], *arguments: str) -> str:
    """What a command of praktika says."""
    asked = subprocess.run(
        [sys.executable, "-m", "praktika", *arguments],
        cwd=place,
        env=environment(place) | dict(env),
        check=True,
        capture_output=True,
        text=True,
    )
    return asked.stdout.strip()


def attempts(place: Path, env: Mapping[str, str]) -> int:
    """How many attempts of the only job there are."""
    try:
        told = json.loads(ask(place, env, "why", "long", "--json"))
    except subprocess.CalledProcessError:  # nothing is known of it yet
        return 0
    return len(told["attempts"])


def death_after_kill() -> float:
    """Seconds from SIGKILL to the end of a process."""
    process = subprocess.Popen(["sleep", "60"])
    began = time.perf_counter()
    process.kill()
    process.wait()
    return time.perf_counter() - began


def start_of_a_process() -> float:
    """Seconds for which Python starts and awaits `true`."""
    began = time.perf_counter()
    subprocess.run(["true"], check=True)
    return time.perf_counter() - began


def start_up(place: Path) -> float:
    """Seconds that a command needs before it does anything, which no request can avoid."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "praktika", "runs", "-n", "1"]
    subprocess.run(
        command, cwd=place, env=environment(place), check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - began


@contextmanager
def started(
    place: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command of praktika that goes on for as long as the block, or until it ends itself."""
    process = subprocess.Popen(
        [sys.executable, "-m", "praktika", *arguments],
        cwd=place,
        env=environment(place) | dict(env or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def environment(place: Path) -> dict[str, str]:
    """A clean environment whose caches lie beside the repository."""
    home = str(place.parent)
    lease = os.environ.get("PRAKTIKA_LEASE", str(LEASE))
    return clean_environment(home) | {"PRAKTIKA_LEASE": lease}


def sleepers() -> list[psutil.Process]:
    """The jobs' own processes."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["cmdline"] == ["sleep", NAP] and process.info["status"] != "zombie"
    ]


def wait_for(condition: Callable[[], object], patience: float = 30) -> None:
    """Wait until something holds.

    Raises:
        TimeoutError: it does not come about.
    """
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come about")
        time.sleep(0.005)


def _is_host(process: psutil.Process) -> bool:
    return "runner" in process.cmdline() and "--label" in process.cmdline()


if __name__ == "__main__":
    main()
