"""`praktika cancel`."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass

import click

from praktika.cli.console import Console, one_line
from praktika.cli.group import verbatim
from praktika.cli.history import History, Recorded, need_history
from praktika.cli.jsonlines import say_json
from praktika.cli.naming import find_job, listed
from praktika.cli.options import RunArguments, json_option
from praktika.cli.subject import LATEST
from praktika.cli.user import user
from praktika.engine.run import Phase
from praktika.errors import AuthorError
from praktika.model.events import CancelRequested
from praktika.model.plan import Job
from praktika.wiring.runs.history import is_stopping
from praktika.wiring.runs.requests import inbox_of, post

_PATIENCE = 10.0
_PERIOD = 0.05


@click.command(
    "cancel",
    cls=RunArguments,
    **verbatim("""
RUN is an id, the beginning of one, `latest` (the default) or -1, -2 for the one before. JOB is
as for `praktika run`.

  praktika cancel                       the latest run
  praktika cancel latest 'Unit tests'   one job of it; what needs its output is dropped
  praktika cancel -2 --force            the run before, and its clean-up jobs too

Jobs get SIGTERM and ten seconds, then SIGKILL, with all that they started.
"""),
)
@click.argument("words", metavar="[RUN] [JOB]", nargs=-1)
@click.option("--force", is_flag=True, help="Also stop the jobs that always run.")
@json_option('Write {"run", "job", "acted"} instead.')
@click.pass_obj
def command(console: Console, /, *, words: tuple[str, ...], force: bool, as_json: bool) -> int:
    """Stop a run, or one of its jobs."""
    wanted = _wanted(words)
    if wanted.job is not None and force:
        raise click.UsageError("--force is for whole runs; a job is stopped in any case.")
    acted = _ask(wanted, force=force)
    job = one_line(wanted.job.name) if wanted.job else ""
    if as_json:
        say_json(console, {"run": wanted.recorded.id, "job": job, "acted": acted})
        return 0
    what = f"'{job}' of run {wanted.recorded.id}" if job else f"run {wanted.recorded.id}"
    if acted:
        console.say(f"{what} is being stopped; `praktika runs` shows how far it is")
    else:
        console.say(f"{what}: the request waits for an orchestrator")
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    history: History
    recorded: Recorded
    job: Job | None


def _wanted(words: tuple[str, ...]) -> _Wanted:
    if len(words) > 2:
        raise click.UsageError(f"Too many names: {listed(words)}. Put quotes around a name.")
    history = need_history()
    run = words[0] if words else LATEST
    recorded = history.load(history.find(run))
    _check(history, recorded)
    job = None
    if len(words) == 2:
        if recorded.run.plan is None:
            raise AuthorError(text=f"Run {recorded.id} has no jobs yet.")
        job = find_job(recorded.run.plan, words[1])
        state = recorded.run.jobs[job.key]
        if state.phase is Phase.SETTLED:
            raise AuthorError(text=f"'{job.name}' is over: it ended with {state.status}.")
    return _Wanted(history=history, recorded=recorded, job=job)


def _check(history: History, recorded: Recorded) -> None:
    """Refuse what cannot be stopped any more."""
    why = history.why_over(recorded)
    if why:
        raise AuthorError(text=why)


def _ask(wanted: _Wanted, *, force: bool) -> bool:
    """Ask for the end; whether somebody has acted upon it."""
    history, recorded = wanted.history, wanted.recorded
    stores = history.stores
    if is_stopping(recorded.run, wanted.job, force=force):
        return True
    name = secrets.token_hex(8)
    request = CancelRequested(
        at=stores.clock.now(),
        by=user(),
        force=force,
        job=wanted.job.key if wanted.job else "",
        id=name,
    )
    post(stores, recorded.id, inbox_of(recorded.id, recorded.run), request, identity=name)
    deadline = time.monotonic() + _PATIENCE
    position = len(recorded.events)
    while time.monotonic() < deadline:
        events = stores.journal.read(recorded.id, position)
        position += len(events)
        if any(isinstance(event, CancelRequested) and event.id == name for event in events):
            return True
        if events:  # perhaps the end of the run, or somebody else's request
            recorded = history.load(recorded.id)
            _check(history, recorded)
            if is_stopping(recorded.run, wanted.job, force=force):
                return True
        time.sleep(max(_PERIOD, stores.pace.look))
    _check(history, history.load(recorded.id))
    return False
