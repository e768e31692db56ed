"""`praktika runs`."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import msgspec

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.group import verbatim
from praktika.cli.history import NOTHING, History, open_history
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.cli.view import words
from praktika.engine.run import Run, Stage
from praktika.errors import Absent, PraktikaError
from praktika.model.result import Status
from praktika.model.wire import WireError, decode
from praktika.orchestrator import names

if TYPE_CHECKING:
    from praktika.adapters.server import Summary

_GOING = frozenset({Status.RUNNING, Status.PENDING})
_PERIOD = 0.5


class _Part(msgspec.Struct):
    status: Status


class _Outline(msgspec.Struct):
    """A Result without its depths: tests by the hundred thousand are skipped while decoding."""

    name: str
    status: Status
    start_time: float | None = None
    duration: float | None = None
    results: list[_Part] = []
    ext: dict[str, Any] = {}


@click.command(
    "runs",
    **verbatim("""
  praktika runs -n 5
  praktika runs --watch    until none goes on
"""),
)
@click.option(
    "-n",
    "limit",
    metavar="N",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="How many.",
)
@click.option("-w", "--watch", "watches", is_flag=True, help="Go on until none of them goes on.")
@json_option('Write {"runs": [...]} instead; with --watch, one line for each change.')
@click.pass_obj
def command(console: Console, /, *, limit: int, watches: bool, as_json: bool) -> int:
    """List the runs of this checkout, or of a server, newest first."""
    history = open_history()
    if history is None:
        if as_json:
            say_json(console, {"runs": []})
        else:
            console.note(NOTHING)
        return 0
    if watches:
        _watch(console, history, limit, as_json=as_json)
        return 0
    rows = _rows(history, limit)
    if as_json:
        say_json(console, {"runs": rows})
        return 0
    for row in rows:
        _show(console, row)
    if not rows:
        console.note(history.emptiness)
    return 0


def _watch(console: Console, history: History, limit: int, *, as_json: bool) -> None:
    """Show the runs as they change, until none goes on or nobody looks any more."""
    shown: dict[str, dict[str, Any]] = {}
    drawn = 0
    while console.lost is None:
        rows = _rows(history, limit)
        changed = [row for row in rows if shown.get(row["run"]) != row]
        if as_json:
            for row in reversed(changed):
                say_json(console, row)
        elif console.is_live:
            drawn = _draw(console, rows, drawn) if changed else drawn
        else:
            for row in reversed(changed):
                _show(console, row)
        shown = {row["run"]: row for row in rows}
        if not any(row["status"] in _GOING for row in rows):
            return
        time.sleep(_PERIOD)


def _draw(console: Console, rows: list[dict[str, Any]], drawn: int) -> int:
    """Write the rows over those drawn before; how many lines stand there now."""
    console.draw(f"\x1b[{drawn}A\x1b[J" if drawn else "")
    for row in rows:
        _show(console, row)
    return len(rows)


def _rows(history: History, limit: int) -> list[dict[str, Any]]:
    if history.stores.summaries is None:
        return [_row(history, run) for run in history.ids(limit)]
    return [_from_summary(summary) for summary in history.stores.summaries(limit)]


def _from_summary(summary: Summary) -> dict[str, Any]:
    is_over = summary.stage == Stage.CONCLUDED.value
    return _fields(
        summary.id,
        workflow=summary.workflow,
        status=summary.status,
        start_time=summary.began or None,
        duration=summary.duration if is_over else None,
        counts=summary.jobs,
        branch=summary.branch,
        sha=summary.sha,
        by=summary.by,
        **_reason(summary.stage),
    )


def _row(history: History, run: str) -> dict[str, Any]:
    try:
        recorded = history.load(run)
    except PraktikaError as error:
        return _fields(run, status="unreadable", reason=str(error))
    if recorded.run.stage is Stage.CONCLUDED:
        with suppress(Absent, WireError):
            return _from_result(run, history.stores.blobs.get(names.result(run)))
    return _from_journal(run, recorded.run, history.status(recorded))


def _from_result(run: str, data: bytes) -> dict[str, Any]:
    outline = decode(data, _Outline)
    return _fields(
        run,
        workflow=outline.name,
        status=outline.status,
        start_time=outline.start_time,
        duration=outline.duration,
        counts=Counter(part.status for part in outline.results),
        branch=outline.ext.get("git_branch", ""),
        sha=outline.ext.get("commit_sha", ""),
        by=outline.ext.get("by", ""),
    )


def _from_journal(run_id: str, run: Run, status: str) -> dict[str, Any]:
    asked = run.requested
    if asked is None:
        return _fields(run_id, status=status)
    return _fields(
        run_id,
        workflow=asked.workflow,
        status=status,
        start_time=asked.at,
        counts=Counter(state.status for state in run.jobs.values()),
        branch=asked.branch,
        sha=asked.sha,
        by=asked.by,
        **_reason(run.stage.value),
    )


def _reason(stage: str) -> dict[str, str]:
    """What a run that has not begun waits for, if it is somebody."""
    return {"reason": "waits for approval"} if stage == Stage.AWAITING.value else {}


def _fields(run: str, **known: Any) -> dict[str, Any]:
    """A row with every field, whatever is known."""
    return {
        "run": run,
        "workflow": "",
        "status": "",
        "start_time": None,
        "duration": None,
        "counts": {},
        "branch": "",
        "sha": "",
        "by": "",
    } | known


def _show(console: Console, row: Mapping[str, Any]) -> None:
    commit = " ".join(part for part in (row["branch"], row["sha"][:10]) if part)
    console.say(
        row["run"],
        "  ",
        words.status(row["status"], width=11),
        Ink(f"  {words.moment(row['start_time']):19}", "dim"),
        f"  {words.seconds(row['duration']):>7}  {one_line(row['workflow'])}",
        f"  {words.counts(row['counts'])}",
        Ink(f"  {one_line(commit)}" if commit else "", "dim"),
        f"  {one_line(row['reason'])}" if "reason" in row else "",
    )
