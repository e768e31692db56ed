"""The view for pipes and CI: one line for each job that ends, and for those that take long."""

from __future__ import annotations

from collections.abc import Callable

from praktika.cli.console import Console, one_line
from praktika.cli.view.tally import Tally
from praktika.cli.view.view import Silent, cancel_line, going_on, headline, retry_line, settled_line
from praktika.cli.view.words import seconds, status
from praktika.engine.run import Run
from praktika.model.events import AnyEvent, CancelRequested, JobFinished, JobLost
from praktika.model.plan import Plan

FIRST_SIGN = 10.0
"""Seconds after which a running job is mentioned; again when that time has doubled, and so on."""


class PlainView(Silent):
    """Writes lines that are never taken back.

    Args:
        console: where to.
        now: seconds since the epoch.
    """

    def __init__(self, console: Console, now: Callable[[], float]) -> None:
        self._console = console
        self._now = now
        self._tally = Tally()
        self._names: dict[str, str] = {}
        self._mentioned: dict[str, float] = {}

    def begins(self, run_id: str, plan: Plan, workers: int) -> None:
        """Write the headline."""
        self._names = {job.key: one_line(job.name) for job in plan.jobs}
        self._console.say(*headline(run_id, plan, workers))

    def goes_on(self, run_id: str, run: Run, jobs: int, workers: int) -> None:
        """Write the headline of a run that goes on."""
        self._names = {key: one_line(job.name) for key, job in run.graph.jobs.items()}
        self._console.say(*going_on(run_id, run, jobs, workers))

    def saw(self, run: Run, event: AnyEvent) -> None:
        """Write a line for each job that settled."""
        for settled in self._tally.take(run, event):
            self._mentioned.pop(settled.job.key, None)
            self._console.say(self._progress(), *settled_line(settled))
        match event:
            case CancelRequested():
                self._console.say(cancel_line(run, event))
            case JobLost() | JobFinished():
                told = retry_line(run, event, self._names.get(event.job, event.job))
                if told:
                    self._mentioned.pop(event.job, None)
                    self._console.say(told)
            case _:
                pass

    def tick(self) -> None:
        """Mention jobs that run for long."""
        now = self._now()
        for key, began in self._tally.running.items():
            elapsed = now - began
            if elapsed >= self._mentioned.get(key, FIRST_SIGN):
                self._mentioned[key] = max(elapsed, FIRST_SIGN) * 2
                self._console.say(
                    self._progress(), status("RUNNING"), f" {self._names[key]}  {seconds(elapsed)}"
                )

    def _progress(self) -> str:
        total = str(self._tally.total)
        return f"[{self._tally.done:>{len(total)}}/{total}] "
