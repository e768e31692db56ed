"""The job of a recorded run that `[RUN] JOB` means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import click

from praktika.cli.history import History, Recorded, need_history
from praktika.cli.naming import find_job, listed
from praktika.engine.run import JobState, Stage
from praktika.errors import AuthorError
from praktika.model.plan import Job, Plan

LATEST = "latest"
_RUN = re.compile(r"latest(~\d+)?|\d{8}-\d{6}(-[0-9a-f]{0,4})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A job of a recorded run."""

    history: History
    recorded: Recorded
    job: Job

    @property
    def state(self) -> JobState:
        """Where the job stands, or stood when the journal ended."""
        return self.recorded.run.jobs[self.job.key]


def find_subject(words: Sequence[str]) -> Subject:
    """The job that `JOB` (of the latest run) or `RUN JOB` means.

    Raises:
        UsageError: there are more or fewer words.
        AuthorError: the run or the job is unknown, or the run came to no plan.
    """
    if not words:
        raise click.UsageError("Name a job, or a run and a job.")
    if len(words) > 2:
        raise click.UsageError(f"Too many names: {listed(words)}. Put quotes around a name.")
    history = need_history()
    *run, job = words
    if not run and (_RUN.fullmatch(job) or history.has(job)):
        recorded = history.load(history.find(job))
        names = listed(one.name for one in _plan(recorded).jobs)
        raise click.UsageError(f"Name a job of the run, too. Its jobs: {names}.")
    recorded = history.load(history.find(run[0] if run else LATEST))
    return Subject(history=history, recorded=recorded, job=find_job(_plan(recorded), job))


def _plan(recorded: Recorded) -> Plan:
    """The plan of a run.

    Raises:
        AuthorError: it has none (yet).
    """
    run = recorded.run
    if run.plan is not None:
        return run.plan
    why = run.failure or "it was interrupted before it began"
    if run.stage is Stage.AWAITING:
        why = f"it waits for somebody's approval; `praktika approve {recorded.id}` gives it"
    elif run.cancelled_by:
        why = f"it was cancelled by {run.cancelled_by} before it began"
    raise AuthorError(text=f"Run {recorded.id} has no jobs: {why}")
