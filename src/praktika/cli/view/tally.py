"""What an observer of a run counts, at a cost that grows with the events and not with the jobs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from praktika.engine.run import JobState, Phase, Run
from praktika.model.events import (
    AnyEvent,
    JobFinished,
    JobLost,
    JobStarted,
    Planned,
    RerunRequested,
)
from praktika.model.plan import Job
from praktika.model.result import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A job that has just got its final state.

    Attributes:
        job: as planned.
        state: its state.
        seconds: from its start to its end, or None if it never started.
    """

    job: Job
    state: JobState
    seconds: float | None = None

    @property
    def is_bad(self) -> bool:
        """Whether the run suffers from it."""
        allowed = self.job.allow_failure and self.state.status is not Status.DROPPED
        return not self.state.status.is_ok and not allowed


@dataclass(slots=True)
class Tally:
    """The counts of one run.

    Attributes:
        total: how many jobs are to run.
        done: how many of them are settled.
        counts: how many of the settled have which status.
        running: when the running jobs began, by key, the oldest first.
    """

    total: int = 0
    done: int = 0
    counts: Counter[Status] = field(default_factory=Counter)
    running: dict[str, float] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)
    _is_planned: bool = False

    def take(self, run: Run, event: AnyEvent) -> list[Settled]:
        """The jobs to be run that this event settled, the one that it is about first."""
        if run.plan is None:
            return []
        if not self._is_planned or isinstance(event, RerunRequested):
            self._is_planned = True
            self._open = {
                job.key
                for job in run.plan.jobs
                if _is_to_run(job, event) and _was_open(run, job, event)
            }
            self.total = self.done + len(self._open)
        match event:
            case JobStarted():
                if run.jobs[event.job].phase is Phase.RUNNING:
                    self.running[event.job] = event.at
            case JobLost() | JobFinished() if run.jobs[event.job].phase is not Phase.SETTLED:
                self.running.pop(event.job, None)
            case _:
                pass
        return [self._close(run, key, event) for key in self._closed(run, event)]

    def _closed(self, run: Run, event: AnyEvent) -> list[str]:
        first = event.job if isinstance(event, JobFinished | JobLost) else ""
        found = [first] if first in self._open and _is_settled(run, first) else []
        if len(self._open) - len(found) == run.open:
            return found
        # This event dropped others too, so they are looked for.
        dropped = (key for key in run.graph.jobs if key in self._open and _is_settled(run, key))
        return [*found, *(key for key in dropped if key != first)]

    def _close(self, run: Run, key: str, event: AnyEvent) -> Settled:
        state = run.jobs[key]
        began = self.running.pop(key, None)
        self._open.discard(key)
        self.done += 1
        self.counts[state.status] += 1
        return Settled(
            job=run.graph.jobs[key],
            state=state,
            seconds=None if began is None else max(0.0, event.at - began),
        )


def _is_to_run(job: Job, event: AnyEvent) -> bool:
    """Whether the job is to run; what takes an earlier outcome may be run again later."""
    is_first = isinstance(event, Planned)
    return job.decision == "run" or (job.decision == "reuse" and not is_first)


def _was_open(run: Run, job: Job, event: AnyEvent) -> bool:
    """Whether a job was open before the first event that is seen here."""
    of_event = isinstance(event, JobFinished | JobLost) and event.job == job.key
    return isinstance(event, Planned) or of_event or not _is_settled(run, job.key)


def _is_settled(run: Run, key: str) -> bool:
    return run.jobs[key].phase is Phase.SETTLED
