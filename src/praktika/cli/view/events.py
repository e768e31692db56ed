"""The view for programs: what happens, as JSON lines."""

from __future__ import annotations

from typing import Any

from praktika.cli.console import Console
from praktika.cli.jsonlines import say_json
from praktika.cli.view.tally import Settled, Tally
from praktika.cli.view.view import Silent
from praktika.engine.run import Phase, Run
from praktika.model.events import (
    AnyEvent,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    RerunRequested,
)
from praktika.model.plan import Plan


class EventsView(Silent):
    """Writes one JSON object for each event that concerns a person."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._tally = Tally()
        self._run = ""

    def begins(self, run_id: str, plan: Plan, workers: int) -> None:
        """Write `run.started`."""
        self._run = run_id
        jobs, reused, skipped = (
            [job.name for job in plan.jobs if job.decision == decision]
            for decision in ("run", "reuse", "skip")
        )
        self._say(
            "run.started",
            workflow=plan.workflow,
            jobs=jobs,
            workers=workers,
            reused=reused,
            skipped=skipped,
        )

    def goes_on(self, run_id: str, run: Run, jobs: int, workers: int) -> None:
        """Write `run.resumed`."""
        self._run = run_id
        workflow = run.requested.workflow if run.requested else ""
        self._say("run.resumed", workflow=workflow, jobs=jobs, workers=workers)

    def saw(self, run: Run, event: AnyEvent) -> None:
        """Write `job.started`, `job.lost`, `job.finished`, `run.cancelled`."""
        match event:
            case JobStarted():
                self._say(
                    "job.started",
                    job=run.graph.jobs[event.job].name,
                    key=event.job,
                    attempt=event.attempt,
                    at=event.at,
                )
            case JobLost():
                self._say(
                    "job.lost",
                    job=run.graph.jobs[event.job].name,
                    key=event.job,
                    attempt=event.attempt,
                    reason=event.reason,
                    at=event.at,
                )
            case CancelRequested():
                self._say("run.cancelled", by=event.by, force=event.force, at=event.at)
            case RerunRequested():
                self._say("run.rerun", by=event.by, scope=event.scope, at=event.at)
            case JobFinished() if run.jobs[event.job].phase is not Phase.SETTLED:
                self._say(
                    "job.retried",
                    job=run.graph.jobs[event.job].name,
                    key=event.job,
                    attempt=event.attempt,
                    reason=run.jobs[event.job].reason,
                    at=event.at,
                )
            case _:
                pass
        for settled in self._tally.take(run, event):
            self._say("job.finished", at=event.at, **_told(settled))

    def _say(self, event: str, **fields: Any) -> None:
        say_json(self._console, {"event": event, "run": self._run, **fields})


def _told(settled: Settled) -> dict[str, Any]:
    return {
        "job": settled.job.name,
        "key": settled.job.key,
        "attempt": settled.state.attempt,
        "status": settled.state.status,
        "reason": settled.state.reason,
        "duration": settled.seconds,
        "ok": not settled.is_bad,
    }
