"""Completing a Result with the circumstances of its attempt. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from praktika.model.plan import Job
from praktika.model.result import Result
from praktika.runner.artifacts import Record
from praktika.runner.outcome import with_warning
from praktika.runner.process import Exit

_KINDS = {"warning": "warnings", "error": "errors", "note": "notes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of an attempt beside its outcome."""

    job: Job
    names: Mapping[str, str]
    command: str
    attempt: int
    runner: str
    log: str
    end: Exit | None
    stored: tuple[Record, ...]
    start_time: float
    duration: float
    reason: str = ""
    """Why it did not go well, or ""."""


def dress(result: Result, facts: Circumstances) -> Result:
    """The Result with its times, its log, and what it takes to understand it later."""
    job = facts.job
    ext: dict[str, Any] = {
        **result.ext,
        "reason": facts.reason or job.reason,
        "attempt": facts.attempt,
        "runner": facts.runner,
        "log": facts.log,
        "command": facts.command,
        "runs_on": list(job.runs_on),
        "needs": [facts.names[need.job] for need in job.needs],
    }
    if job.miss:
        ext["miss"] = job.miss
    if job.parameter is not None:
        ext["parameter"] = job.parameter
    if job.allow_failure:
        ext["allow_failure"] = True
    if facts.stored:
        ext["artifacts"] = [msgspec.to_builtins(record) for record in facts.stored]
    if facts.end is not None and facts.end.code is not None:
        ext["exit_code"] = facts.end.code
    if facts.end is not None and facts.end.signal:
        ext["signal"] = facts.end.signal
    complete = msgspec.structs.replace(
        result, name=job.name, start_time=facts.start_time, duration=facts.duration, ext=ext
    )
    return _with_leftovers(complete, facts.end)


def with_messages(result: Result, document: Mapping[str, Any]) -> Result:
    """The Result with the messages that the job left for the report."""
    messages = document.get("REPORT_MESSAGES")
    ext = dict(result.ext)
    for message in messages if isinstance(messages, list) else []:
        kind = _KINDS.get(str(message.get("kind", ""))) if isinstance(message, dict) else None
        if kind is not None:
            note = {"message": str(message.get("message", "")), "from": result.name}
            before = ext.get(kind)
            ext[kind] = [*(before if isinstance(before, list) else []), note]
    return msgspec.structs.replace(result, ext=ext)


def _with_leftovers(result: Result, end: Exit | None) -> Result:
    if end is None:
        return result
    if end.survivors:
        shown = ", ".join(end.survivors[:5]) + (" …" if len(end.survivors) > 5 else "")
        text = f"{len(end.survivors)} processes outlived the command and were ended: {shown}"
        result = with_warning(result, text)
    if end.dropped:
        result = with_warning(result, f"{end.dropped:,} bytes of output were not kept in the log")
    return result
