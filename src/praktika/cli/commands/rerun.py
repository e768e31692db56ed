"""`praktika rerun`."""

from __future__ import annotations

import importlib
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass

import click

from praktika.cli.console import Console, one_line
from praktika.cli.group import verbatim
from praktika.cli.history import History, Recorded, need_history
from praktika.cli.jsonlines import say_json
from praktika.cli.naming import find_jobs, listed
from praktika.cli.options import RunArguments, json_option
from praktika.cli.subject import LATEST
from praktika.cli.user import user
from praktika.engine.rerun import chosen
from praktika.engine.run import Stage
from praktika.errors import Absent, AuthorError, Conflict
from praktika.model.events import RerunRequested, RerunScope
from praktika.orchestrator import names as queues
from praktika.wiring.runs.history import why_none_again
from praktika.wiring.runs.requests import inbox_of, post

_PATIENCE = 10.0
_PERIOD = 0.05


@click.command(
    "rerun",
    cls=RunArguments,
    **verbatim("""
RUN is an id, the beginning of one, `latest` or -1, -2 for the one before. JOB is as for
`praktika run`. The same run goes on, with the same code: jobs that ended well are not repeated,
but for those that read the output of what is run again.

  praktika rerun                          what failed in the latest run
  praktika rerun latest 'Unit tests'      one job, and what follows from it
  praktika rerun -2 --all                 every job of the run before
  praktika rerun --failed-tests           only the failed tests, in jobs with a rerun_command

A run that was interrupted goes on where it stood.
"""),
)
@click.argument("words", metavar="[RUN] [JOB]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every job, also those that ended well.")
@click.option(
    "--failed-tests", is_flag=True, help="Only the failed tests, in jobs with a rerun_command."
)
@click.option(
    "-j",
    "--jobs",
    "workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="How many jobs run at a time, for a run of this machine.",
)
@json_option("Write what happens as JSON lines; the last one tells the outcome.")
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    words: tuple[str, ...],
    every: bool,
    failed_tests: bool,
    workers: int | None,
    as_json: bool,
) -> int:
    """Run jobs of a run again: what failed, some, or all."""
    if every and (len(words) > 1 or failed_tests):
        raise click.UsageError("--all goes neither with names of jobs nor with --failed-tests.")
    identity = secrets.token_hex(8)
    while True:
        asked = _asked(words, identity, every=every, failed_tests=failed_tests)
        if asked.history.stores.server or not _is_own(asked.recorded):
            _post(asked)
            return _tell(console, asked, as_json=as_json)
        if not asked.history.is_alive(asked.recorded.id):
            session = importlib.import_module("praktika.cli.running")
            with suppress(Conflict):  # somebody else was first to serve it
                code: int = session.resume(console, asked.recorded, asked.request, workers)
                return code
        elif _is_heard(asked):
            return _tell(console, asked, as_json=as_json)


def _is_own(recorded: Recorded) -> bool:
    """Whether the run is served by a `praktika run` or `praktika rerun` of its own."""
    return inbox_of(recorded.id, recorded.run) != queues.INBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is to be run again; no request means that an interrupted run goes on."""

    history: History
    recorded: Recorded
    request: RerunRequested | None


def _asked(words: tuple[str, ...], identity: str, *, every: bool, failed_tests: bool) -> _Asked:
    history = need_history()
    recorded = history.load(history.find(words[0] if words else LATEST))
    scope: RerunScope = "all" if every else "jobs" if len(words) > 1 else "failed"
    request = RerunRequested(
        at=history.stores.clock.now(),
        by=user(),
        id=identity,
        scope=scope,
        jobs=_keys(recorded, words[1:]),
        failed_tests=failed_tests,
    )
    elsewhere = history.elsewhere(recorded)
    if elsewhere:
        raise AuthorError(
            text=f"Run {recorded.id} was begun by `praktika run` in {elsewhere} and has not ended. "
            "If that process is gone, `praktika rerun` goes on with it there."
        )
    if history.stores.server and _is_own(recorded):
        raise AuthorError(
            text=f"Run {recorded.id} was made by `praktika run` at {history.stores.server}; "
            "only `praktika rerun` there goes on with it."
        )
    going = recorded.run.stage is not Stage.CONCLUDED
    if going and history.is_interrupted(recorded) and scope == "failed":
        return _Asked(history=history, recorded=recorded, request=None)
    _check(recorded, request)
    return _Asked(history=history, recorded=recorded, request=request)


def _keys(recorded: Recorded, names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        return ()
    plan = recorded.run.plan
    if plan is None:
        raise AuthorError(text=f"Run {recorded.id} has no jobs: {recorded.run.failure}")
    found = [job for name in names for job in find_jobs(plan, name)]
    skipped = [job for job in found if job.decision == "skip"]
    if skipped:
        raise AuthorError(
            text=f"{listed(job.name for job in skipped)} was not part of run {recorded.id}: "
            f"{skipped[0].reason}. `praktika run` starts a new run."
        )
    return tuple(dict.fromkeys(job.key for job in found))


def _check(recorded: Recorded, request: RerunRequested) -> None:
    """Refuse what would run nothing."""
    why = why_none_again(recorded, request)
    if why:
        raise AuthorError(text=why)


def _post(asked: _Asked) -> None:
    """Ask whoever serves the run."""
    recorded, request = asked.recorded, asked.request
    if request is not None:
        inbox = inbox_of(recorded.id, recorded.run)
        post(asked.history.stores, recorded.id, inbox, request, identity=request.id)


def _is_heard(asked: _Asked) -> bool:
    """Ask the process that serves the run; False if it ended before it has heard of it."""
    history, run, request = asked.history, asked.recorded.id, asked.request
    if request is None:
        return False
    with suppress(Absent):  # the process has removed its queues already
        _post(asked)
    deadline = time.monotonic() + _PATIENCE
    position = len(asked.recorded.events)
    while time.monotonic() < deadline:
        is_alive = history.is_alive(run)  # before the journal: the dead write nothing more
        events = history.stores.journal.read(run, position)
        position += len(events)
        if any(isinstance(event, RerunRequested) and event.id == request.id for event in events):
            return True
        if not is_alive:
            return False
        time.sleep(_PERIOD)
    return True  # it is slow


def _tell(console: Console, asked: _Asked, *, as_json: bool) -> int:
    """Say what was asked for."""
    recorded, request = asked.recorded, asked.request
    jobs = chosen(recorded.run, request) if request and recorded.run.plan else {}
    names = [recorded.run.graph.jobs[key].name for key in jobs]
    if as_json:
        say_json(console, {"run": recorded.id, "jobs": names})
    else:
        for name, reason in zip(names, jobs.values(), strict=True):
            console.say(f"{one_line(name)}  {one_line(reason)}")
        console.say(f"asked for in run {recorded.id}; `praktika runs --watch` shows it")
    return 0
