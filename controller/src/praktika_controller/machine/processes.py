"""The processes below this one, and ending those that nobody answers for.

A runner that dies leaves what its job had started. This process is a subreaper, so all of that
becomes its own children, whatever session or group it moved to.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> None:
    """Become the parent of every orphan below this process."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid: int) -> list[int]:
    """The children of a process that have not ended, or are not reaped."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (thread / "children").read_text().split())
    return found


def end_strays(known: AbstractSet[int], patience: float = 10.0) -> int:
    """End every child of this process that is not known, with all below it; how many there were."""
    deadline = time.monotonic() + patience
    ended: set[int] = set()
    while time.monotonic() < deadline:
        strays = [pid for pid in children(os.getpid()) if pid not in known]
        if not strays:
            break
        for stray in strays:
            ended.add(stray)
            kill_tree(stray)
            with suppress(ChildProcessError):
                os.waitpid(stray, os.WNOHANG)
        time.sleep(0.02)
    return len(ended)


def kill_tree(pid: int) -> None:
    """Kill a process and what is below it; it is stopped first, so that it cannot outrun this."""
    with suppress(OSError):
        os.kill(pid, signal.SIGSTOP)
    for child in children(pid):
        kill_tree(child)
    with suppress(OSError):
        os.kill(pid, signal.SIGKILL)
