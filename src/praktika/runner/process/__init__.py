"""Running one command to its end, whatever it does.

The command's end is the end of its process, not of its output: a child that keeps the pipe open
delays nothing. Afterwards everything that it left running is ended. Output goes straight to the
log in pieces as it comes; memory does not grow with it.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack, suppress
from typing import BinaryIO

from praktika.runner.process.mask import Mask
from praktika.runner.process.terms import Command, Exit, Limits, Stop, never
from praktika.runner.process.watch import Watch

_OWN_CAUSES = ("timeout", "disk")

__all__ = ["Command", "Exit", "Limits", "Mask", "Stop", "never", "run"]


def run(command: Command, log: BinaryIO, limits: Limits, stop: Stop = never) -> Exit:
    """Run a command to its end and end everything that it started.

    Args:
        command: what to run.
        log: gets stdout and stderr, merged, as they come.
        limits: see `Limits`.
        stop: see `Stop`.

    Raises:
        OSError: bash could not be started.
    """
    started = time.monotonic()
    with ExitStack() as stack:
        watch = stack.enter_context(Watch(command, log, limits))
        cause, detail = watch.until_end(started + limits.timeout, stop)
        survivors: tuple[str, ...] = ()
        if cause == "exited":
            survivors = watch.end_leftovers(limits.leftover_grace)
        else:
            # Who fills a disk may go on to do so while it is asked to end.
            grace = 0.0 if cause == "disk" else limits.grace
            watch.end_all(grace, cleanup=command.cleanup if cause == "timeout" else "")
        watch.drain()
        watch.pump.finish()
    code, name = _decode(watch.wait_status)
    return Exit(
        cause="log" if watch.pump.error and cause not in _OWN_CAUSES else cause,
        code=code,
        signal=name,
        detail=detail if cause == "disk" else watch.pump.error or detail,
        survivors=survivors,
        dropped=watch.pump.dropped,
        tail=watch.pump.text(),
        seconds=time.monotonic() - started,
    )


def _decode(status: int | None) -> tuple[int | None, str]:
    if status is None:
        return None, "SIGKILL"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code, ""
    with suppress(ValueError):
        return None, signal.Signals(-code).name
    return None, f"signal {-code}"
