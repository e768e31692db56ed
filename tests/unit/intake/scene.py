"""A forge, an intake, and the runs that were asked for, in memory."""

from __future__ import annotations

import hashlib

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.forge import MemoryForge
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.queue import MemoryQueue
from praktika.engine.run import Run
from praktika.engine.step import replay, step
from praktika.intake.allowed import Allowed
from praktika.intake.desk import Desk
from praktika.intake.intake import Intake
from praktika.intake.names import NOTICES
from praktika.intake.reconciler import Reconciler
from praktika.intake.ticker import Ticker
from praktika.intake.worker import Worker
from praktika.model.events import AnyEvent, decode_event
from praktika.model.forge import Pull, Repository
from praktika.model.routes import Route, RoutingTable

SHOP = "acme/shop"
INBOX = "events.fifo"
ROUTES = (
    Route(workflow="PR", event="pull_request"),
    Route(workflow="Release PR", event="pull_request", base_branches=("release/*",)),
    Route(workflow="Main", event="push", branches=("main",)),
    Route(workflow="Queue", event="merge_queue"),
    Route(workflow="Nightly", event="schedule", schedules=("0 3 * * *",)),
    Route(workflow="Deploy", event="dispatch"),
)


def sha(name: str) -> str:
    return hashlib.sha1(name.encode()).hexdigest()


class Scene:
    """What tests of the intake work with.

    Attributes:
        asked: every event that was sent to a run, in order, with the run's id.
        logged: names of what was logged.
    """

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self.clock = ManualClock()
        self.forge = MemoryForge()
        self.journal = MemoryJournal()
        self.queue = MemoryQueue(self.clock)
        self.blobs = MemoryBlobs()
        self.routes = routes
        self.problems = ""
        self.asked: list[tuple[str, AnyEvent]] = []
        self.logged: list[str] = []
        self.answers: list[str] = []
        self.compiled: list[str] = []
        self.queue.create(INBOX)
        self.queue.create(NOTICES)
        self.desk = Desk(
            forge=self.forge,
            journal=self.journal,
            queue=self.queue,
            blobs=self.blobs,
            clock=self.clock,
            inbox=INBOX,
            compile=self._compile,
            allowed=Allowed([SHOP]),
            address=lambda run: f"https://ci.example/runs/{run}",
            answer=lambda _repository, _number, text: self.answers.append(text),
            log=lambda event, **_: self.logged.append(event),
        )
        self.intake = Intake(self.desk)
        self.reconciler = Reconciler(self.desk, self.intake.changes)
        self.ticker = Ticker(self.desk)
        self.worker = Worker(self.intake, self.queue, self.clock, self._on_trouble)
        self.troubles: list[Exception] = []
        self.forge.put_repository(
            Repository(name=SHOP, id=1, main="main", url="https://git.example/acme/shop.git")
        )
        self.forge.put_branch(SHOP, "main", sha("main"))
        self.forge.put_permission(SHOP, "ann", "write")
        self.forge.put_permission(SHOP, "eve", "read")

    def _compile(self, repository: Repository, commit: str) -> RoutingTable:
        self.compiled.append(commit)
        return RoutingTable(
            repository=repository.name,
            sha=commit,
            at=0.0,
            routes=() if self.problems else self.routes,
            problems=self.problems,
        )

    def _on_trouble(self, _group: str, error: Exception) -> None:
        self.troubles.append(error)

    def pull(self, number: int, head: str, **fields: object) -> Pull:
        """A pull request that the forge has from now on."""
        known = {
            "repository": SHOP, "number": number, "is_open": True, "head_sha": sha(head),
            "head_branch": f"branch-{number}", "head_repository": SHOP, "is_outside": False,
            "base_branch": "main", "base_sha": sha("main"), "author": "bob",
        }  # fmt: skip
        pull = Pull(**{**known, **fields})  # type: ignore[arg-type]
        self.forge.put_commit(SHOP, pull.head_sha, sha("main"))
        self.forge.put_pull(pull)
        return pull

    def deal(self) -> dict[str, list[AnyEvent]]:
        """Let runs take what was sent to them; it, by run."""
        fresh: dict[str, list[AnyEvent]] = {}
        while messages := self.queue.receive(INBOX, limit=100):
            for message in messages:
                event = decode_event(message.body)
                fresh.setdefault(message.group, []).append(event)
                self.asked.append((message.group, event))
                run = self.run(message.group)
                if step(run, event).run is not run:
                    at = len(self.journal.read(message.group))
                    self.journal.append(message.group, at, [event])
            self.queue.ack(messages)
        return fresh

    def run(self, run_id: str) -> Run:
        return replay(self.journal.read(run_id))

    def tell(self, run_id: str, *events: AnyEvent) -> None:
        """Let something have happened to a run."""
        self.journal.append(run_id, len(self.journal.read(run_id)), list(events))
