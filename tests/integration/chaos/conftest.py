"""An installation of real processes: orchestrators, hosts of runners, and somebody who kills them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from tests.integration.run.conftest import Project, leftovers

from praktika.adapters.aws.setup import create_bucket
from praktika.ports.blobs import Blobs
from praktika.wiring.stores import open_stores

LEASE = 4

WORKFLOW = """
from praktika import Artifact, Job, Workflow

EFFECT = 'sleep {nap}; echo "$PRAKTIKA_RUN $PRAKTIKA_JOB $PRAKTIKA_ATTEMPT" >> {effects}'
artifacts = [Artifact(name="out", type="s3", path="out.txt")]
first = [
    Job(name=f"first {{n}}", runs_on=["linux"], command=EFFECT) for n in range(3)
]
build = Job(
    name="build",
    runs_on=["linux"],
    command="echo $PRAKTIKA_ATTEMPT > out.txt; " + EFFECT,
    provides=["out"],
    run_after=[job.name for job in first],
)
last = [
    Job(name=f"last {{n}}", runs_on=["linux"], command="cat out.txt; " + EFFECT, requires=["out"])
    for n in range(3)
]
end = Job(
    name="end",
    runs_on=["linux"],
    command=EFFECT,
    always_run=True,
    run_after=[job.name for job in last],
)
WORKFLOWS = [
    Workflow(name="W", event="pull_request", jobs=[*first, build, *last, end], artifacts=artifacts)
]
"""


class Installation:
    """Orchestrators and hosts, restarted as a supervisor would.

    Args:
        project: the repository; its environment says which backend is used.
        orchestrators, hosts: how many of each.
    """

    def __init__(self, project: Project, *, orchestrators: int = 2, hosts: int = 3) -> None:
        self.project = project
        self.effects = project.root.parent / "effects"
        self.effects.touch()
        self.errors = (project.root.parent / "errors").open("w+")
        self.kinds = ["orchestrator"] * orchestrators + ["runner"] * hosts
        self.processes: list[subprocess.Popen[str]] = []
        project.file(
            "ci/workflows/w.py", WORKFLOW.format(nap="0.7977", effects=self.effects)
        ).commit()

    def start(self) -> None:
        self.processes = [self._start(kind) for kind in self.kinds]

    def _start(self, kind: str) -> subprocess.Popen[str]:
        options = ["--label", "linux"] if kind == "runner" else []
        return subprocess.Popen(
            [sys.executable, "-m", "praktika", kind, *options],
            cwd=self.project.root,
            env=self.project.env,
            stdin=subprocess.DEVNULL,
            stdout=self.errors,
            stderr=self.errors,
            text=True,
        )

    def heal(self) -> None:
        """Start again what has ended."""
        for number, process in enumerate(self.processes):
            if process.poll() is not None:
                self.processes[number] = self._start(self.kinds[number])

    def victims(self) -> list[psutil.Process]:
        """Every process of the installation's own: orchestrators, hosts, runners."""
        found = []
        for process in self.processes:
            with suppress(psutil.Error):
                one = psutil.Process(process.pid)
                found += [one, *(p for p in one.children() if "praktika.cli.runner" in p.cmdline())]
        return found

    def submit(self) -> str:
        ran = self.project.praktika("run", "--detach")
        assert ran.code == 0, ran.err
        return ran.out.strip()

    def rows(self) -> dict[str, dict]:
        ran = self.project.praktika("runs", "--json")
        assert ran.code == 0, ran.err
        return {row["run"]: row for row in json.loads(ran.out)["runs"]}

    def wait(self, runs: list[str], seconds: float) -> None:
        """Until these runs are over."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.rows()
            if all(rows.get(run, {}).get("status") in {"OK", "FAIL", "ERROR"} for run in runs):
                return
            assert time.monotonic() < deadline, (rows, self.errors_so_far())
            time.sleep(0.3)

    def errors_so_far(self) -> str:
        self.errors.flush()
        return Path(self.errors.name).read_text()[-4000:]

    def told(self) -> Counter[tuple[str, str, int]]:
        """How often each attempt has left its effect."""
        lines = self.effects.read_text().split("\n")
        effects = [line.split() for line in lines if line]
        return Counter((run, job, int(attempt)) for run, job, attempt in effects)

    @contextmanager
    def blobs(self) -> Iterator[Blobs]:
        """Where runs are kept."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.project.env.items():
                patch.setenv(name, value)
            yield open_stores(self.project.root).blobs

    def result(self, run: str) -> dict:
        ran = self.project.praktika("report", run, "--json")
        assert ran.code == 0, ran.err
        return json.loads(Path(json.loads(ran.out)["result"]).read_text())

    def stop(self) -> None:
        for process in self.processes:
            with suppress(OSError):
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.errors.close()


def torment(installation: Installation, seed: int, times: int) -> Counter[str]:
    """Kill or stop something, again and again at random moments; how often what was done."""
    chance = random.Random(seed)
    asleep: list[tuple[float, psutil.Process]] = []
    done: Counter[str] = Counter()
    for _ in range(times):
        time.sleep(chance.uniform(0.05, 0.7))
        installation.heal()
        victim = chance.choice(installation.victims())
        with suppress(psutil.Error):
            if chance.random() < 0.5:
                victim.send_signal(signal.SIGKILL)
                done["killed"] += 1
            else:
                victim.send_signal(signal.SIGSTOP)
                asleep.append((time.monotonic() + chance.uniform(0.5, LEASE * 1.8), victim))
                done["stopped"] += 1
        asleep = _wake(asleep, time.monotonic())
    time.sleep(max([0.0, *(at - time.monotonic() for at, _ in asleep)]))
    _wake(asleep, float("inf"))
    installation.heal()
    return done


def _wake(
    asleep: list[tuple[float, psutil.Process]], now: float
) -> list[tuple[float, psutil.Process]]:
    for at, victim in asleep:
        if at <= now:
            with suppress(psutil.Error):
                victim.send_signal(signal.SIGCONT)
    return [(at, victim) for at, victim in asleep if at > now]


@pytest.fixture(params=["local", "aws"])
def project(request, tmp_path) -> Project:
    """A repository whose runs are kept on this machine, or on an AWS API server."""
    project = Project(tmp_path / "repo")
    if request.param == "aws":
        server = request.getfixturevalue("aws_server")
        create_bucket(server.clients(), server.bucket)
        project.env |= {
            **server.environment(),
            "PRAKTIKA_BACKEND": "aws",
            "PRAKTIKA_PROJECT_SLUG": "chaos",
            "PRAKTIKA_S3_ARTIFACT_BUCKET": server.bucket,
        }
    return project


@pytest.fixture
def installation(project) -> Iterator[Callable[..., Installation]]:
    """Starts an installation; everything is ended with the test."""
    started: list[Installation] = []
    project.env |= {"PRAKTIKA_LEASE": str(LEASE), "PYTHONUNBUFFERED": "1"}

    def start(**counts: int) -> Installation:
        started.append(Installation(project, **counts))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()
    for process in leftovers(os.fspath(project.root)):
        process.kill()
