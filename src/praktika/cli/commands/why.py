"""`praktika why`."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import msgspec

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import RunArguments, json_option
from praktika.cli.subject import Subject, find_subject
from praktika.cli.view import words as say
from praktika.engine.explain import explain, queue_position
from praktika.engine.run import Phase
from praktika.errors import Absent, Denied
from praktika.model.events import JobFinished, JobLost, JobStarted
from praktika.model.result import Result
from praktika.model.wire import WireError, decode
from praktika.orchestrator import names
from praktika.wiring.runs.requests import inbox_of


@click.command(
    "why",
    cls=RunArguments,
    **verbatim("""
RUN is an id, the beginning of one, `latest` (the default) or -1, -2 for the one before. JOB is
as for `praktika run`.

  praktika why 'Unit tests'
"""),
)
@click.argument("words", metavar="[RUN] JOB", nargs=-1)
@json_option()
@click.pass_obj
def command(console: Console, /, *, words: tuple[str, ...], as_json: bool) -> int:
    """Explain what became of a job, or what it waits for."""
    facts = _facts(find_subject(words))
    if as_json:
        say_json(console, facts)
    else:
        _show(console, facts)
    return 0


@dataclass(slots=True)
class _Attempt:
    """What the journal and its Result tell of one attempt."""

    attempt: int
    runner: str = ""
    start_time: float | None = None
    duration: float | None = None
    status: str = ""
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def _facts(subject: Subject) -> dict[str, Any]:
    run, job, state = subject.recorded.run, subject.job, subject.state
    told = explain(run, job.key)
    if state.phase is not Phase.SETTLED and subject.history.is_interrupted(subject.recorded):
        told = f"unknown: the run was interrupted; when it was, the job {told}"
    attempts = _attempts(subject)
    last = attempts[-1].details if attempts else {}
    return {
        "run": subject.recorded.id,
        "workflow": run.requested.workflow if run.requested else "",
        "job": job.name,
        "key": job.key,
        "status": state.status,
        "phase": state.phase.value,
        "explanation": told,
        "decision": job.decision,
        "reason": state.reason or job.reason,
        "miss": job.miss,
        "digest": job.digest,
        "parts": job.parts,
        "origin": msgspec.to_builtins(job.origin),
        "needs": [
            {
                "job": run.graph.jobs[need.job].name,
                "kind": need.kind,
                "artifacts": need.artifacts,
                "status": run.jobs[need.job].status,
            }
            for need in job.needs
        ],
        "attempts": [
            {
                "attempt": one.attempt,
                "status": one.status,
                "reason": one.reason,
                "start_time": one.start_time,
                "duration": one.duration,
                "runner": one.runner,
            }
            for one in attempts
        ],
        "queue": _queue(subject),
        "pool": _pool(subject),
        "since": state.since or None,
        "deadline": state.deadline or None,
        "verdict": state.verdict or last.get("verdict"),
        "exit_code": last.get("exit_code"),
        "signal": last.get("signal"),
        "where": job.where,
        "command": job.command,
        "log": _log(subject, attempts),
    }


def _queue(subject: Subject) -> dict[str, Any] | None:
    """Where a queued job stands: among the run's own jobs of its label, and in the whole queue."""
    run, job = subject.recorded.run, subject.job
    if subject.state.phase is not Phase.QUEUED:
        return None
    label = job.runs_on[0] if job.runs_on else ""
    is_own = inbox_of(subject.recorded.id, run) != names.INBOX
    queue = names.own_tasks(subject.recorded.id) if is_own else names.tasks(label, run.trust)
    position, total = queue_position(run, job.key)
    try:
        waiting = subject.history.stores.queue.depth(queue)
    except (Absent, Denied):  # a server does not tell
        waiting = None
    return {"label": label, "position": position, "of": total, "waiting": waiting}


def _pool(subject: Subject) -> str:
    """What the machines of a cloud do about a queued job."""
    stores, job = subject.history.stores, subject.job
    if subject.state.phase is not Phase.QUEUED or stores.server or not stores.is_remote:
        return ""
    # Loaded only where it is wanted: boto3 takes long.
    room = importlib.import_module("praktika.wiring.cloud.waiting")
    label = job.runs_on[0] if job.runs_on else ""
    return str(room.waits_for(stores.blobs, label, subject.recorded.run.trust))


def _attempts(subject: Subject) -> list[_Attempt]:
    found: dict[int, _Attempt] = {}
    for event in subject.recorded.events:
        if not isinstance(event, JobStarted | JobFinished | JobLost):
            continue
        if event.job != subject.job.key:
            continue
        one = found.setdefault(event.attempt, _Attempt(event.attempt))
        match event:
            case JobStarted():
                one.start_time, one.runner, one.status = event.at, event.runner, "RUNNING"
            case JobFinished():
                one.status, one.runner = event.status, event.runner or one.runner
                one.reason = event.reason if event.reason != subject.job.reason else ""
            case JobLost():
                one.status, one.reason = "lost", event.reason
        if one.start_time is not None and not isinstance(event, JobStarted):
            one.duration = max(0.0, event.at - one.start_time)
    for one in found.values():
        one.details = _details(subject, one.attempt)
    return list(found.values())


def _details(subject: Subject, attempt: int) -> dict[str, Any]:
    key = names.job(subject.recorded.id, subject.job.key, attempt, "result.json")
    try:
        return decode(subject.history.stores.blobs.get(key), Result).ext
    except (Absent, WireError):
        return {}


def _log(subject: Subject, attempts: list[_Attempt]) -> str | None:
    if not attempts:
        return None
    key = names.job(subject.recorded.id, subject.job.key, attempts[-1].attempt, "job.log")
    path = subject.history.stores.path(key)
    return str(path) if path.exists() else None


def _show(console: Console, facts: dict[str, Any]) -> None:
    console.say(Ink(one_line(facts["job"]), "bold"), f"  in run {facts['run']}")
    console.say("  ", one_line(facts["explanation"]))
    for title, text in _lines(facts):
        console.say(Ink(f"  {title:<10}", "dim"), text)


def _lines(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What else is known, as pairs of a title and a text of one line."""
    ended = f"exit code {facts['exit_code']}" if facts["exit_code"] is not None else ""
    ended = f"by {facts['signal']}" if facts["signal"] else ended
    lines = [
        ("cache", _cache(facts)),
        ("queue", _place(facts)),
        ("pool", one_line(facts["pool"], 400)),
        ("until", _until(facts)),
        *(("needs", _need(need)) for need in facts["needs"]),
        *(("attempt", _attempt(one)) for one in facts["attempts"]),
        ("ended", ended),
        ("verdict", facts["verdict"] or ""),
        ("command", one_line(facts["command"], 200)),
        ("declared", facts["where"]),
        ("log", say.near(Path(facts["log"])) if facts["log"] else ""),
    ]
    return [(title, text) for title, text in lines if text]


def _cache(facts: dict[str, Any]) -> str:
    """Where the outcome is from, or why it was not taken from an earlier run."""
    origin = facts["origin"]
    if facts["decision"] == "reuse" and origin and origin["run"] and not facts["attempts"]:
        branch = f" on {one_line(origin['branch'])}" if origin.get("branch") else ""
        commit = f", commit {origin['sha'][:10]}" if origin.get("sha") else ""
        return f"outcome of run {origin['run']}{branch}{commit}, {say.moment(origin['at'])}"
    return f"not reused: {one_line(facts['miss'], 400)}" if facts["miss"] else ""


def _place(facts: dict[str, Any]) -> str:
    queue = facts["queue"]
    if queue is None:
        return ""
    pool = f" of '{queue['label']}'" if queue["label"] else ""
    waiting = queue["waiting"]
    many = "nobody knows how many" if waiting is None else f"about {say.count(waiting, 'task')}"
    return f"{queue['position']} of {queue['of']} in this run; {many} in the queue{pool}"


def _until(facts: dict[str, Any]) -> str:
    """When something happens by itself, if nothing else does before."""
    if not facts["deadline"]:
        return ""
    what = {
        Phase.QUEUED.value: "then it is given up, as nobody took it",
        Phase.RUNNING.value: "then it is given up, if its runner has said nothing",
        Phase.PAUSED.value: "then it is tried again",
    }
    return f"{say.moment(facts['deadline'])}: {what.get(facts['phase'], '')}"


def _need(need: dict[str, Any]) -> str:
    what = f" ({', '.join(need['artifacts'])})" if need["artifacts"] else ""
    only = " (only its end)" if need["kind"] == "order" else ""
    return f"{need['status']:<7} {one_line(need['job'])}{what}{only}"


def _attempt(one: dict[str, Any]) -> str:
    parts = [
        f"{one['attempt']}: {one['status']}",
        f"at {say.moment(one['start_time'])}" if one["start_time"] else "",
        f"took {say.seconds(one['duration'])}" if one["duration"] is not None else "",
        f"on {one['runner']}" if one["runner"] else "",
        one_line(one["reason"]),
    ]
    return ", ".join(part for part in parts if part)
