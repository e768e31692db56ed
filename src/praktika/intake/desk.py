"""What the intake works with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from msgspec.structs import replace

from praktika.engine.run import Run
from praktika.engine.step import replay
from praktika.intake.allowed import Allowed
from praktika.intake.asking.requests import Circumstances
from praktika.intake.kept.shelf import Shelf
from praktika.model.events import AnyEvent, RunRequested
from praktika.model.forge import Repository
from praktika.model.routes import RoutingTable
from praktika.model.wire import encode
from praktika.patience import patiently
from praktika.ports.forge import Forge
from praktika.ports.journal import Journal

Log = Callable[..., object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Shelf):
    """What the intake works with.

    Attributes:
        forge, journal: see the ports, as for the rest of `Shelf`.
        inbox: the queue of events that runs listen to.
        compile: the routing table of a repository at a commit; errors of the declaration are in it.
        address: of a run's page, by its id.
        allowed: the repositories that this installation works for.
        answer: tells people under a pull request why a command did nothing: repository, number,
            Markdown.
        log: `log(event, **fields)`.
    """

    forge: Forge
    journal: Journal
    inbox: str
    compile: Callable[[Repository, str], RoutingTable]
    allowed: Allowed
    log: Log
    address: Callable[[str], str] = lambda _run: ""
    answer: Callable[[str, int, str], None] = lambda _repository, _number, _text: None

    def circumstances(self, repository: Repository, by: str, again: str = "") -> Circumstances:
        """What requests have in common; to be made before the forge is asked for heads.

        Should somebody else ask for a newer head meanwhile, this one does not count as newer.

        Args:
            repository: the forge says.
            by: who caused it.
            again: tells this occasion from an earlier one for the same commit, or "".
        """
        now = self.clock.now()
        return Circumstances(
            repository=repository,
            inbox=self.inbox,
            at=now,
            time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            by=by,
            again=again,
        )

    def request(self, run: str, request: RunRequested) -> None:
        """Ask for a run; one that was asked for before goes on as if nothing had happened."""
        facts = replace(request.facts, run_url=self.address(run))
        self.tell(run, replace(request, facts=facts), identity=f"{run}/requested")
        subject = request.subject
        workflow = request.workflow
        sha = subject.sha if subject is not None else request.facts.sha
        self.log("run.requested", run=run, workflow=workflow, sha=sha)

    def tell(self, run: str, event: AnyEvent, *, identity: str) -> None:
        """Tell a run something."""
        patiently(
            lambda: self.queue.send(self.inbox, [encode(event)], group=run, identity=[identity])
        )

    def load(self, run: str) -> Run:
        """The run as its journal tells of it; a new one if there is none."""
        return replay(patiently(lambda: self.journal.read(run)))
