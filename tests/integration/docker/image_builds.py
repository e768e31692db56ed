"""Runs of a repository's builds of images, as an orchestrator and its runners would carry them out."""

from __future__ import annotations

import hashlib
import os
import pickle
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import structs
from tests.docker_engine import DockerEngine

import praktika
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.sandbox import LocalSandbox
from praktika.adapters.memory import MemoryBlobs, MemoryQueue, MemorySecrets
from praktika.adapters.registry import HttpRegistry, logins_in
from praktika.engine.choice.images import decide_builds, is_build, tagged
from praktika.model.events import JobFinished
from praktika.model.facts import Facts
from praktika.model.plan import Job, Plan
from praktika.model.result import Result
from praktika.model.task import RunFile, Task
from praktika.model.wire import decode
from praktika.orchestrator.images import resolve
from praktika.runner.attempt import Assignment, Bench, execute
from praktika.runner.hold import Hold
from praktika.runner.process import never


@dataclass(frozen=True)
class Ran:
    """A run that is over.

    Attributes:
        plan: of it.
        results: of the jobs that were run, by name.
        events: how they ended.
        log: of all of them.
        notes: of the planning.
    """

    plan: Plan
    results: dict[str, Result]
    events: dict[str, JobFinished]
    log: str
    notes: tuple[str, ...]

    @property
    def statuses(self) -> dict[str, str]:
        """The outcome of each image, by job and name."""
        return {
            f"{job}: {part.name.rsplit('/', 1)[1]}": str(part.status)
            for job, result in self.results.items()
            for part in result.results
        }

    @property
    def info(self) -> str:
        """Everything that was said."""
        return "\n".join(
            part.info for result in self.results.values() for part in (result, *result.results)
        )

    @property
    def digests(self) -> dict[str, str]:
        """What the jobs have left, by the image's short name."""
        return {
            name.rsplit("/", 1)[1]: digest
            for event in self.events.values()
            for name, digest in event_digests(event).items()
        }


def event_digests(event: JobFinished) -> dict[str, str]:
    return dict.fromkeys(event.provided, "") | {
        stored.name: stored.sha256 for stored in event.stored
    }


class Repository:
    """A repository with images, one registry and one engine.

    Args:
        folder: for everything.
        engine: that builds.
        prefix: of the images' names: a registry, and a folder that nobody else has.
    """

    def __init__(self, folder: Path, engine: DockerEngine, prefix: str) -> None:
        self.root = folder / "repo"
        self.prefix = prefix
        self.engine = engine
        self.secrets: dict[str, str] = {}
        self.settings: dict[str, Any] = {}
        self.stop: Callable[[], str] = never
        self.runs = 0
        self.compiled: Plan | None = None
        (folder / "lib").mkdir()
        (folder / "lib" / "praktika").symlink_to(Path(praktika.__file__).parent)
        (folder / "home").mkdir()
        self._folder = folder

    def name(self, short: str) -> str:
        return f"{self.prefix}/{short}"

    def image(self, short: str, dockerfile: str, **files: str) -> None:
        """Write an image's folder."""
        folder = self.root / "ci" / "docker" / short
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Dockerfile").write_text(dockerfile.replace("PREFIX", self.prefix))
        for name, text in files.items():
            (folder / name).write_text(text)

    def declare(self, *images: tuple[str, list[str], list[str]], **fields: Any) -> None:
        """Write the workflow: images with platforms and dependencies."""
        self.compiled = None
        dockers = [
            {
                "name": self.name(short),
                "path": f"ci/docker/{short}",
                "platforms": platforms,
                "depends_on": [self.name(one) for one in depends_on],
            }
            for short, platforms, depends_on in images
        ]
        (self.root / "ci" / "workflows").mkdir(parents=True, exist_ok=True)
        (self.root / "ci" / "workflows" / "main.py").write_text(
            "from praktika import Docker, Job, Workflow\n"
            f"dockers = [Docker(**one) for one in {dockers!r}]\n"
            "jobs = [Job(name='a', runs_on='x', command='true')]\n"
            "WORKFLOWS = [Workflow(name='CI', event='push', jobs=jobs, dockers=dockers,"
            f" **{fields!r})]\n"
        )
        (self.root / "ci" / "settings").mkdir(exist_ok=True)
        lines = [f"{key} = {value!r}\n" for key, value in self.settings.items()]
        (self.root / "ci" / "settings" / "settings.py").write_text("".join(lines))

    def plan(self, write: str = "", *, local: bool = False) -> tuple[Plan, tuple[str, ...]]:
        """The plan of a run in a scope."""
        if self.compiled is None:
            compilation = LocalSandbox().compile(self.root)
            assert compilation.plans, compilation.problems
            self.compiled = compilation.plans[0]
        plan = self.compiled
        files = {image.name: digest_of(self.root / image.path) for image in plan.images}
        secret = self.secrets.get(str(plan.settings["SECRET_DOCKER_REGISTRY"]), "")
        registry = HttpRegistry(logins_in(secret) if secret else {}, timeout=10)
        images, notes = resolve(tagged(plan.images, files, write=write, reads=[""]), registry)
        plan = structs.replace(plan, images=images)
        # A local run asks for itself here, so that this is under test.
        return (plan if local else decide_builds(plan)), notes

    def run(self, write: str = "", *, local: bool = False) -> Ran:
        """Plan a run in a scope, and run its builds."""
        plan, notes = self.plan(write, local=local)
        return self.carry_out(plan, notes, local=local)

    def carry_out(
        self,
        plan: Plan,
        notes: tuple[str, ...] = (),
        *,
        local: bool = False,
        only: str = "",
    ) -> Ran:
        """Run the builds of a plan, or one of them."""
        self.runs += 1
        results, events, log = {}, {}, ""
        for job in plan.jobs:
            if is_build(job) and job.decision == "run" and only in {"", job.name}:
                event, result, text = elsewhere(lambda job=job: self._execute(plan, job, local))
                events[job.name], results[job.name], log = event, result, log + text
        left = [path.name for path in self._folder.rglob("praktika-docker-*")]
        assert left == []
        return Ran(plan, results, events, log, notes)

    def _execute(self, plan: Plan, job: Job, local: bool) -> tuple[JobFinished, Result, str]:
        blobs, clock = MemoryBlobs(), SystemClock()
        bench = Bench(
            blobs=blobs,
            clock=clock,
            secrets=MemorySecrets(self.secrets),
            work=self._folder / "work",
            sources=self._folder / "sources",
            library=self._folder / "lib",
            name="runner",
            owner="test",
            inherited={
                "PATH": os.environ["PATH"],
                "HOME": str(self._folder / "home"),
                "TMPDIR": str(self._folder),
                **self.engine.environment(),
            },
        )
        queue = MemoryQueue(clock)
        queue.send("tasks", [b""])
        (message,) = queue.receive("tasks", lease=3600)
        hold = Hold(queue, clock, message, lease=3600, since=clock.monotonic())
        run_file = RunFile(
            run="r", plan="", facts=Facts(local=local), folder=str(self.root), name="repo"
        )
        task = Task(run="r", job=job.key, attempt=self.runs)
        assignment = Assignment(task=task, plan=plan, job=job, run_file=run_file)
        event = execute(bench, assignment, hold, self.stop)
        prefix = f"runs/r/jobs/{job.key}/{self.runs}"
        result = decode(blobs.get(f"{prefix}/result.json"), Result)
        return event, result, blobs.get(f"{prefix}/job.log").decode()

    def forget_local(self) -> None:
        """Remove every image of this repository from the engine, as on another machine."""
        lines = self.engine.docker("images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}", "-a")
        names = [line.split()[0] for line in lines.splitlines() if line.startswith(self.prefix)]
        ids = {line.split()[1] for line in lines.splitlines() if line.startswith(self.prefix)}
        if names:
            self.engine.docker("rmi", "--force", *ids)


def elsewhere(action: Callable[[], Any]) -> Any:
    """What an action returns in a process of its own: a runner ends everything below itself."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with open(writing, "wb") as file:
                pickle.dump(action(), file)
            code = 0
        except BaseException:  # noqa: BLE001 - it is told, and the exit code tells the rest
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with open(reading, "rb") as file:
        data = file.read()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return pickle.loads(data)


def digest_of(folder: Path) -> str:
    """Of the paths, modes and contents below a folder."""
    lines = [
        f"{path.relative_to(folder)} {path.stat().st_mode} "
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
