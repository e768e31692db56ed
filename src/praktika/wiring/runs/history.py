"""The runs that were recorded, for commands and for the API."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.engine.rerun import chosen
from praktika.engine.run import Run, Stage
from praktika.engine.step import replay
from praktika.model.events import AnyEvent, RerunRequested
from praktika.model.plan import Job
from praktika.model.result import Status
from praktika.orchestrator import names
from praktika.wiring.runs.presence import is_present
from praktika.wiring.stores import Stores

INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A run as its journal tells of it.

    Attributes:
        id: of the run.
        run: its state.
        events: what led there.
    """

    id: str
    run: Run
    events: list[AnyEvent]


class Archive:
    """The runs of some stores."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores

    def load(self, run: str) -> Recorded:
        """What the journal tells of a run."""
        events = self.stores.journal.read(run)
        return Recorded(id=run, run=replay(events), events=events)

    def is_alive(self, run: str) -> bool:
        """Whether a process of this machine serves the run and no other, at this moment."""
        return not self.stores.server and is_present(self.stores.state, run)

    def is_interrupted(self, recorded: Recorded) -> bool:
        """Whether the run will never be concluded by the process that began it.

        A run of the service is never interrupted: it waits for an orchestrator. Of one that goes on
        elsewhere nobody knows.
        """
        if is_of_service(recorded.run) or self.elsewhere(recorded):
            return False
        return recorded.run.stage is not Stage.CONCLUDED and not self.is_alive(recorded.id)

    def elsewhere(self, recorded: Recorded) -> str:
        """Machine and checkout of the `praktika run` that has not ended it; "" if it is here."""
        asked = recorded.run.requested
        if not self.stores.is_remote or asked is None or recorded.run.stage is Stage.CONCLUDED:
            return ""
        return asked.host if asked.host != self.stores.host else ""

    def status(self, recorded: Recorded) -> str:
        """Where a run stands."""
        match recorded.run.stage:
            case Stage.CONCLUDED:
                return recorded.run.worst
            case _ if self.is_interrupted(recorded):
                return INTERRUPTED
            case Stage.NEW | Stage.AWAITING | Stage.PLANNING | Stage.HELD:
                return Status.PENDING
            case _:
                return Status.RUNNING

    def why_over(self, recorded: Recorded) -> str:
        """Why a run cannot be stopped any more, or ""."""
        if recorded.run.stage is Stage.CONCLUDED:
            return f"Run {recorded.id} is over: it ended with {recorded.run.worst}."
        if self.is_interrupted(recorded):
            return (
                f"Run {recorded.id} was interrupted and nothing of it goes on. "
                f"`praktika rerun {recorded.id}` would go on with it."
            )
        return ""


def is_of_service(run: Run) -> bool:
    """Whether orchestrators serve the run, and not a `praktika run` of its own."""
    return run.requested is not None and run.requested.inbox == names.INBOX


def is_stopping(run: Run, job: Job | None, *, force: bool) -> bool:
    """Whether the same was asked for before: then it need not be written a second time."""
    if job is not None:
        return run.jobs[job.key].revoked
    return bool(run.cancelled_by) and (run.forced or not force)


def why_none_again(recorded: Recorded, request: RerunRequested) -> str:
    """Why a request to run jobs again would run nothing, or ""."""
    run = recorded.run
    if run.plan is None:
        # Of one that is concluded, the plan is made again.
        over = run.stage is Stage.CONCLUDED
        return "" if over else f"Run {recorded.id} has not begun yet."
    if run.cancelled_by and run.open:
        return f"Run {recorded.id} is being cancelled; wait for its end."
    if chosen(run, request):
        return ""
    if request.scope == "failed" and run.stage is not Stage.CONCLUDED:
        return (
            f"Nothing failed in run {recorded.id} so far, and it goes on. "
            "`praktika runs --watch` shows it."
        )
    if request.scope == "failed":
        return f"Nothing failed in run {recorded.id}. Name a job, or use --all."
    return f"Nothing of that can be run again in run {recorded.id}: it has not ended yet."
