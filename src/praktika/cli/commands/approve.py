"""`praktika approve`."""

from __future__ import annotations

import secrets
import sys
import time

import click

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.group import verbatim
from praktika.cli.history import History, Recorded, need_history
from praktika.cli.jsonlines import say_json
from praktika.cli.options import RunArguments, json_option
from praktika.cli.user import user
from praktika.cli.view.words import count
from praktika.engine.approval import awaited
from praktika.engine.run import Stage
from praktika.errors import AuthorError
from praktika.model.events import Approved, RunRequested
from praktika.wiring.runs.requests import inbox_of, post

_PATIENCE = 10.0
_PERIOD = 0.05
_SHOWN = 20


@click.command(
    "approve",
    cls=RunArguments,
    **verbatim("""
RUN is an id, the beginning of one, `latest` or -1, -2 for the one before. The commit that is
approved is the one that is shown; if another one was pushed meanwhile, that waits anew.

  praktika approve latest
  praktika approve tests-1f0e --sha 3b18e512c1f4e2a7d90b6a35c8e1f7d2b4a69c0e --yes
"""),
)
@click.argument("run", metavar="RUN")
@click.option(
    "--sha",
    metavar="SHA",
    default="",
    help="Only if this is the commit that waits; its id in full.",
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing.")
@json_option('Write {"run", "sha", "acted"} instead; goes with --yes.')
@click.pass_obj
def command(console: Console, /, *, run: str, sha: str, yes: bool, as_json: bool) -> int:
    """Let a run of a stranger's change begin, after a look at what it is."""
    if as_json and not yes:
        raise click.UsageError("--json asks nothing; it goes with --yes.")
    history = need_history()
    recorded = history.load(history.find(run))
    wanted = _awaited(recorded, sha)
    if not yes:
        _show(console, recorded, wanted)
        if not _is_confirmed(console):
            console.note("praktika: nothing was approved")
            return 1
    acted = _approve(history, recorded, wanted)
    if as_json:
        say_json(console, {"run": recorded.id, "sha": wanted, "acted": acted})
    elif acted:
        console.say(f"run {recorded.id} begins; `praktika runs --watch` shows it")
    else:
        console.say(f"run {recorded.id}: the approval waits for an orchestrator")
    return 0


def _awaited(recorded: Recorded, sha: str) -> str:
    """The commit to approve of.

    Raises:
        AuthorError: the run waits for none, or for another one.
    """
    run = recorded.run
    if run.stage is not Stage.AWAITING:
        by = f"; {run.approved_by} has approved of it" if run.approved_by else ""
        raise AuthorError(text=f"Run {recorded.id} does not wait for an approval{by}.")
    wanted = awaited(run)
    if sha and sha.lower() != wanted:  # in full: another that begins alike is soon made
        raise AuthorError(text=f"Run {recorded.id} is of commit {wanted}, not of {sha}.")
    return wanted


def _show(console: Console, recorded: Recorded, sha: str) -> None:
    """What would run, and whose it is."""
    request = recorded.run.requested
    assert request is not None
    console.say(Ink(one_line(request.workflow), "bold"), f"  run {recorded.id}")
    for title, text in _lines(request, sha):
        console.say(Ink(f"  {title:<8}", "dim"), one_line(text, 400))


def _lines(request: RunRequested, sha: str) -> list[tuple[str, str]]:
    facts, subject = request.facts, request.subject
    number = subject.number if subject and subject.number else facts.pr_number
    repository = (subject and subject.repository) or request.repository or facts.repository
    change = f"#{number} of {repository}" if number else repository
    lines = [
        ("change", f"{change}  {facts.title}".rstrip()),
        ("author", facts.actor or facts.author or request.by),
        ("from", " ".join(part for part in (facts.fork, request.branch) if part)),
        ("commit", sha),
        ("address", facts.change_url),
        ("files", _files(facts.changed)),
    ]
    return [(title, text) for title, text in lines if text]


def _files(changed: tuple[str, ...] | None) -> str:
    if changed is None:
        return "not known"
    shown = ", ".join(changed[:_SHOWN])
    more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    return f"{count(len(changed), 'file')}: {shown}{more}" if changed else "none changed"


def _is_confirmed(console: Console) -> bool:
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("Nobody can be asked here; --yes approves without a question.")
    return console.ask("Run this code? (yes or no)", "no").lower() in {"y", "yes"}


def _approve(history: History, recorded: Recorded, sha: str) -> bool:
    """Say that the commit may run; whether somebody has acted upon it.

    Raises:
        AuthorError: the run was stopped before that.
    """
    stores = history.stores
    name = secrets.token_hex(8)
    event = Approved(at=stores.clock.now(), by=user(), sha=sha, id=name)
    post(stores, recorded.id, inbox_of(recorded.id, recorded.run), event, identity=name)
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        run = history.load(recorded.id).run
        if run.approved_by:
            return True
        if run.stage is not Stage.AWAITING:
            raise AuthorError(text=f"Run {recorded.id} was stopped meanwhile.")
        time.sleep(max(_PERIOD, stores.pace.look))
    return False
