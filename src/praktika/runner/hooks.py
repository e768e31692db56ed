"""A job's own pre- and post-hooks: shell lines around its command.

A failed hook never changes the job's status; it always leaves a warning that the report shows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO

import msgspec

from praktika.model.result import Result, Status
from praktika.runner.outcome import with_warning
from praktika.runner.process import Command, Limits, Stop, run

HOOK_TIMEOUT = 600.0
"""Seconds that one hook may take."""

CANCELLED_TIMEOUT = 10.0
"""The same once the job is cancelled."""


def run_all(
    lines: Sequence[str], base: Command, log: BinaryIO, limits: Limits, stop: Stop
) -> tuple[Result, ...]:
    """The Results of the hooks, all of which are run, in order, until they are to be stopped.

    Where the job is stopped already, as after a cancel, hooks are given a short time each.
    """
    known = stop()
    if known:
        limits = replace(limits, timeout=min(CANCELLED_TIMEOUT, limits.timeout))

    def anew() -> str:
        reason = stop()
        return "" if reason == known else reason

    return tuple(_run_one(line, base, log, limits, anew) for line in lines)


def attach(result: Result, before: Sequence[Result], after: Sequence[Result]) -> Result:
    """The job's Result with its hooks, and a warning for each that failed."""
    if not before and not after:
        return result
    found = {"pre": before, "post": after}
    ext = result.ext | {
        "hooks": {
            kind: [msgspec.to_builtins(hook) for hook in hooks] for kind, hooks in found.items()
        }
    }
    result = msgspec.structs.replace(result, ext=ext)
    for kind, hooks in found.items():
        for hook in hooks:
            if not hook.status.is_ok:
                result = with_warning(result, f"{kind}-hook failed: {hook.name}")
    return result


def _run_one(line: str, base: Command, log: BinaryIO, limits: Limits, stop: Stop) -> Result:
    at = time.time()
    log.write(f"\n$ {line}\n".encode("utf-8", "replace"))
    limits = replace(limits, timeout=min(HOOK_TIMEOUT, limits.timeout))
    end = run(replace(base, line=line), log, limits, stop)
    failed = end.code != 0 or end.cause != "exited"
    return Result(
        name=line,
        status=Status.FAIL if failed else Status.OK,
        start_time=at,
        duration=end.seconds,
        info=end.tail if failed else "",
    )
