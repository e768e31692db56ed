"""What every view of a run has in common."""

from __future__ import annotations

from collections import Counter
from types import TracebackType
from typing import Protocol, Self

from praktika.cli.console import Ink, one_line
from praktika.cli.view.tally import Settled
from praktika.cli.view.words import count, seconds, status
from praktika.engine.run import Phase, Run
from praktika.model.events import AnyEvent, CancelRequested, JobFinished, JobLost
from praktika.model.plan import Plan
from praktika.model.result import Result


class View(Protocol):
    """Watches one run, inside a `with`; nothing that it does may raise or take long."""

    def begins(self, run_id: str, plan: Plan, workers: int) -> None:
        """The run has this id and this plan, and that many jobs at a time.

        Called when it is planned, before anything else is seen of it.
        """

    def goes_on(self, run_id: str, run: Run, jobs: int, workers: int) -> None:
        """A run that was begun before goes on with so many jobs; called instead of `begins`."""

    def saw(self, run: Run, event: AnyEvent) -> None:
        """See the orchestrator's Observer."""

    def concluded(self, run: Run, result: Result) -> None:
        """See the orchestrator's Observer."""

    def tick(self) -> None:
        """Time has passed; called about ten times a second."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Silent:
    """The View of `--quiet`."""

    def begins(self, run_id: str, plan: Plan, workers: int) -> None:
        """Nothing."""

    def goes_on(self, run_id: str, run: Run, jobs: int, workers: int) -> None:
        """Nothing."""

    def saw(self, run: Run, event: AnyEvent) -> None:
        """Nothing."""

    def concluded(self, run: Run, result: Result) -> None:
        """Nothing."""

    def tick(self) -> None:
        """Nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing."""


def headline(run_id: str, plan: Plan, workers: int) -> tuple[str | Ink, ...]:
    """The line with which a run begins."""
    decisions = Counter(job.decision for job in plan.jobs)
    parts = [f"{count(decisions['run'], 'job')}, {workers} at a time"]
    if decisions["reuse"]:
        parts.append(f"{decisions['reuse']} reused from earlier runs")
    if decisions["skip"]:
        parts.append(f"{decisions['skip']} left out")
    return Ink(plan.workflow, "bold"), f"  run {run_id}: {'; '.join(parts)}"


def going_on(run_id: str, run: Run, jobs: int, workers: int) -> tuple[str | Ink, ...]:
    """The line with which an earlier run goes on."""
    name = run.requested.workflow if run.requested else ""
    text = f"  run {run_id} goes on: {count(jobs, 'job')}, {workers} at a time"
    return Ink(name, "bold"), text


def retry_line(run: Run, event: AnyEvent, name: str) -> str:
    """What an attempt ended with that is followed by another one, or "" if it is not."""
    if not isinstance(event, JobLost | JobFinished):
        return ""
    state = run.jobs[event.job]
    again = state.phase is Phase.PAUSED or state.attempt > event.attempt
    if state.phase is Phase.SETTLED or not again:
        return ""
    pause = state.deadline - state.since if state.phase is Phase.PAUSED else 0.0
    when = f"in {pause:g} s" if pause else "again"
    return f"{name}: {one_line(state.reason)}; it is run {when}"


def settled_line(settled: Settled) -> tuple[str | Ink, ...]:
    """A job's name, status, duration, and what went wrong, if anything."""
    state = settled.state
    time = f"  {seconds(settled.seconds)}" if settled.seconds is not None else ""
    # A job that wrote its own Result has no reason of its own: then it says why the job ran.
    told = state.reason if state.reason != settled.job.reason else ""
    shown = "" if state.status.is_ok else one_line(told)
    allowed = "" if state.status.is_ok or settled.is_bad else "  (allowed)"
    reason = f"  {shown}" if shown else ""
    return status(state.status), f" {one_line(settled.job.name)}", Ink(time, "dim"), allowed, reason


def cancel_line(run: Run, event: CancelRequested) -> str:
    """What a cancel means for what still runs."""
    if run.open == 0:
        return f"cancelled by {event.by}"
    what = f"cancelled by {event.by}: waiting for {count(run.open, 'job')} to end"
    again = "" if event.force else "; once more stops those that always run, too"
    return what + (again or "; once more leaves at once, without a report")
