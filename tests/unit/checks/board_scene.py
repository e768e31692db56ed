"""An installation that shows runs on a board in memory."""

from __future__ import annotations

from praktika.adapters.memory import (
    ManualClock,
    MemoryBlobs,
    MemoryBoard,
    MemoryJournal,
    MemoryQueue,
)
from praktika.checks.announce import announce
from praktika.checks.budget import Budget
from praktika.checks.publisher import Means, Publisher
from praktika.engine.step import replay, step
from praktika.model.events import JobFinished, JobStarted, Planned, RunRequested
from praktika.model.facts import Facts
from praktika.model.forge import Pull, Subject
from praktika.model.plan import Job, Plan, Shown
from praktika.model.result import Result, Status
from praktika.model.wire import encode
from praktika.ports.queue import Queue

SHA = "a" * 40
SUBJECT = Subject(repository="o/r", sha=SHA, number=7)
FACTS = Facts(repository="o/r", sha=SHA, local=False, pr_number=7, base_branch="main")
PAGE = "https://ci.example/runs/r/report.html"


def job(name: str, **fields) -> Job:
    return Job(key=f"key-{name}", name=name, command="true", **fields)


def plan_of(*jobs: Job, shown: Shown | None = None, **fields) -> Plan:
    return Plan(workflow="PR", event="pull_request", jobs=jobs, shown=shown or Shown(), **fields)


class StillForge:
    """A `Forge` that knows one pull request, as the test says that it is."""

    def __init__(self) -> None:
        self.head = SHA
        self.is_draft = False
        self.is_open = True
        self.is_outside = False
        self.base = "main"
        self.fault: Exception | None = None

    def pull(self, repository: str, number: int) -> Pull:
        if self.fault:
            raise self.fault
        return Pull(
            repository=repository,
            number=number,
            is_open=self.is_open,
            head_sha=self.head,
            head_branch="b",
            head_repository=repository,
            is_outside=self.is_outside,
            base_branch=self.base,
            base_sha="c" * 40,
            is_draft=self.is_draft,
        )


class Watched:
    """A board that counts what is written and when, and fails when it is told to."""

    WRITES = frozenset({"create_check", "update_check", "set_status", "set_comment", "merge"})

    def __init__(self, board: MemoryBoard, clock: ManualClock) -> None:
        self._board = board
        self._clock = clock
        self.calls: list[tuple[float, str, tuple]] = []
        self.looks = 0
        self.fault = None  # (name, arguments) -> exception or None

    def __getattr__(self, name):
        method = getattr(self._board, name)
        if name not in self.WRITES | {"checks"}:
            return method

        def call(*arguments):
            error = self.fault(name, arguments) if self.fault else None
            self.looks += name == "checks"
            if name in self.WRITES:
                self.calls.append((self._clock.now(), name, arguments))
            if error:
                raise error
            return method(*arguments)

        return call

    @property
    def writes(self) -> list[str]:
        return [name for _, name, _ in self.calls]


class Scene:
    def __init__(self, *jobs: Job, shown: Shown | None = None, run: str = "r", **fields) -> None:
        self.id = run
        self.clock = ManualClock()
        self.journal = MemoryJournal()
        self.blobs = MemoryBlobs()
        self.queue: Queue = MemoryQueue(self.clock)
        self.memory = MemoryBoard()
        self.memory.heads["o/r", 7] = SHA
        self.board = Watched(self.memory, self.clock)
        self.forge = StillForge()
        self.budget = Budget(self.clock)
        self.trouble: list[Exception] = []
        self.position: dict[str, int] = {}
        self.runs: dict[str, object] = {}
        self.publisher = self.successor()
        if jobs:
            self.ask()
            self.tell(Planned(at=self.clock.now(), plan=plan_of(*jobs, shown=shown, **fields)))

    def successor(self) -> Publisher:
        """Another process."""
        means = Means(
            board=self.board,
            forge=self.forge,
            journal=self.journal,
            blobs=self.blobs,
            queue=self.queue,
            clock=self.clock,
            budget=self.budget,
            page=lambda run: PAGE.replace("/r/", f"/{run}/"),
            on_trouble=lambda _run, error: self.trouble.append(error),
        )
        self.publisher = Publisher(means)
        return self.publisher

    def ask(self, run: str = "", **fields) -> None:
        fields = {"workflow": "PR", "facts": FACTS, "subject": SUBJECT, **fields}
        self.tell(RunRequested(at=self.clock.now(), **fields), run=run)

    def tell(self, *events, run: str = "") -> None:
        run = run or self.id
        for event in events:
            before = self.runs.get(run) or replay(())
            self.journal.append(run, self.position.get(run, 0), [event])
            self.position[run] = self.position.get(run, 0) + 1
            self.runs[run] = step(before, event).run
        announce(self.queue, run, self.runs[run])

    @property
    def run(self):
        return self.runs[self.id]

    def start(self, *names: str) -> None:
        for name in names:
            attempt = self.run.jobs[f"key-{name}"].attempt
            self.tell(JobStarted(at=self.clock.now(), job=f"key-{name}", attempt=attempt))

    def finish(self, name: str, status: Status = Status.OK, result: Result | None = None, **fields):
        attempt = self.run.jobs[f"key-{name}"].attempt
        if result is not None:
            self.blobs.put(f"runs/{self.id}/jobs/key-{name}/{attempt}/result.json", encode(result))
        self.tell(
            JobFinished(
                at=self.clock.now(), job=f"key-{name}", attempt=attempt, status=status, **fields
            )
        )

    def settle(self, seconds: float = 0.0, *, pause: float = 1.0) -> None:
        """Let time pass, and the publisher work."""
        end = self.clock.monotonic() + seconds
        while True:
            while self.publisher.turn():
                pass
            if self.clock.monotonic() >= end:
                return
            self.clock.advance(pause)

    def checks(self) -> dict[str, object]:
        """The latest check of each name."""
        return {check.name: check for check in self.memory.shown("o/r", SHA).values()}

    @property
    def check(self):
        return self.checks()["PR"]


def failed(*tests: str, info: str = "", **ext) -> Result:
    """A Result with failing tests."""
    parts = tuple(Result(name=test, status=Status.FAIL, ext=ext) for test in tests)
    return Result(name="job", status=Status.FAIL, results=parts, info=info)
