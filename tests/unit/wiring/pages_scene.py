"""An installation that publishes pages of runs, all of it in memory but the artifacts' files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog

from praktika.adapters.local.git.pages import Publication
from praktika.adapters.memory import (
    ManualClock,
    MemoryBlobs,
    MemoryBoard,
    MemoryForge,
    MemoryJournal,
    MemoryQueue,
    MemoryTokens,
)
from praktika.checks.budget import Budget
from praktika.engine.run import Run
from praktika.engine.step import step
from praktika.model.events import AnyEvent, JobFinished, JobStarted, Planned, RunRequested
from praktika.model.facts import Facts
from praktika.model.forge import Repository, Subject
from praktika.model.plan import Artifact, Job, Plan, Stored
from praktika.model.result import Status
from praktika.model.task import Task
from praktika.runner.artifacts import store_all
from praktika.wiring.github.pages.announce import QUEUE, announce
from praktika.wiring.github.pages.publisher import Publisher
from praktika.wiring.github.pages.record import Record, load
from praktika.wiring.github.pages.tools import Tools

NAME = "o/r"
OLD, SHA, NEW = "0" * 40, "a" * 40, "b" * 40
REPOSITORY = Repository(
    name=NAME, id=1, main="main", url="https://github.com/o/r.git", page="https://github.com/o/r"
)


FILES = {"out/index.html": "1", "out/_static/x.js": "x"}
SHOWN = {"docs/index.html": "1", "docs/_static/x.js": "x"}


def facts(**fields) -> Facts:
    known = {"repository": NAME, "sha": SHA, "branch": "main", "base_branch": "main"}
    return Facts(**{**known, "local": False, **fields})


def artifact(name: str = "site", publish: str = "docs", *paths: str, **fields) -> Artifact:
    known = {"kind": "s3", "provider": "build", "paths": paths or ("out",)}
    return Artifact(name=name, publish=publish, **{**known, **fields})


class Branch:
    """A branch of pages that keeps what is published, as `publish` does.

    Attributes:
        files: text by path.
        commits: the publications that were not there already.
        before: called before a commit is made, with the token that it is made with.
    """

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.commits: list[Publication] = []
        self.before: Callable[[str], object] = lambda _token: None

    def __call__(
        self, url: str, publication: Publication, *, login: str, confirm: Callable[[], None]
    ) -> str:
        assert url == REPOSITORY.url
        user, _, token = login.partition(":")
        assert user == "x-access-token"
        self.before(token)
        top, target = publication.files, publication.target
        new = {
            f"{target}/{path.relative_to(top)}": path.read_text()
            for path in sorted(top.rglob("*"))
            if path.is_file()
        }
        rest = {key: it for key, it in self.files.items() if not key.startswith(f"{target}/")}
        if rest | new != self.files:
            confirm()
            self.files = rest | new
            self.commits.append(publication)
        return f"commit {len(self.commits)}"


class Scene:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock()
        self.journal = MemoryJournal()
        self.blobs = MemoryBlobs()
        self.queue = MemoryQueue(self.clock)
        self.queue.create(QUEUE)
        self.forge = MemoryForge()
        self.forge.put_repository(REPOSITORY)
        self.push(SHA)
        self.board = MemoryBoard()
        self.tokens = MemoryTokens(self.clock, NAME)
        self.branch = Branch()
        self.trouble: list[Exception] = []
        self.told: list[dict[str, object]] = []
        self.allowed = {NAME}
        self.runs: dict[str, Run] = {}
        self.publisher = self.successor()

    def successor(self) -> Publisher:
        """Another process."""
        tools = Tools(
            forge=self.forge,
            board=self.board,
            tokens=self.tokens,
            blobs=self.blobs,
            clock=self.clock,
            budget=Budget(self.clock),
            allowed=self.allowed,
            press=self.branch,
            log=structlog.wrap_logger(None, processors=[self._hear]),
        )
        self.publisher = Publisher(
            self.queue,
            self.journal,
            tools=tools,
            on_trouble=lambda _run, error: self.trouble.append(error),
        )
        return self.publisher

    def push(self, sha: str) -> None:
        self.forge.put_branch(NAME, "main", sha)

    def tell(self, run_id: str, *events: AnyEvent, is_heard: bool = True) -> Run:
        for event in events:
            before = self.runs.get(run_id, Run())
            position = len(self.journal.read(run_id))
            self.runs[run_id] = step(before, event).run
            self.journal.append(run_id, position, [event])
            if is_heard:
                announce(self.queue, run_id, self.runs[run_id])
        return self.runs[run_id]

    def begin(self, run_id: str, *artifacts: Artifact, known: Facts | None = None, **fields) -> Run:
        """A run of one job, which waits for its runner. `fields` are the request's and plan's."""
        now = self.clock.now()
        known = known or facts()
        job = fields.pop("job", {})
        provides = tuple(each.name for each in artifacts)
        build = Job(key="build", name="Build", command="true", **{"provides": provides, **job})
        event = fields.pop("event", "push")
        plan = Plan(workflow="Main", event=event, jobs=(build,), artifacts=artifacts)
        request = {"subject": Subject(repository=NAME, sha=known.sha), **fields}
        asked = RunRequested(at=now, workflow="Main", facts=known, **request)
        return self.tell(run_id, asked, Planned(at=now, plan=plan))

    def finish(self, run_id: str, files: dict[str, str], status: Status = Status.OK, **fields):
        """The job has left these files."""
        run = self.runs[run_id]
        attempt = run.jobs["build"].attempt
        kept = self.store(run_id, files) if status is Status.OK else ()
        now = self.clock.now()
        ended = {"stored": kept, "provided": tuple(each.name for each in kept), **fields}
        started = JobStarted(at=now, job="build", attempt=attempt)
        return self.tell(
            run_id,
            started,
            JobFinished(at=now, job="build", attempt=attempt, status=status, **ended),
        )

    def store(self, run_id: str, files: dict[str, str]) -> tuple[Stored, ...]:
        plan, attempt = self.runs[run_id].plan, self.runs[run_id].jobs["build"].attempt
        assert plan is not None
        workspace = self.folder / f"{run_id}-{attempt}"
        for name, text in files.items():
            path = workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        task = Task(run=run_id, job="build", attempt=attempt)
        now = self.clock.now()
        kept = store_all(self.blobs, task, plan, plan.jobs[0], workspace=workspace, now=now)
        assert (kept.trouble, kept.missing) == ("", ())
        return tuple(record.stored for record in kept.records)

    def settle(self, seconds: float = 0.0) -> None:
        """Let time pass, and the publisher work."""
        end = self.clock.monotonic() + seconds
        while True:
            while self.publisher.turn():
                pass
            if self.clock.monotonic() >= end:
                return
            self.clock.advance(1.0)

    def record(self, run_id: str) -> Record:
        return load(self.blobs, run_id, self.runs[run_id].round)

    @property
    def statuses(self) -> dict[str, tuple[str, str, str]]:
        found = self.board.statuses(NAME, SHA).items()
        return {context: (it.state, it.description, it.url) for context, it in found}

    def _hear(self, _logger: object, _method: str, event: dict[str, object]) -> str:
        self.told.append(dict(event))
        raise structlog.DropEvent
