"""The process tree below this process, and ending all of it.

On Linux a runner is a *subreaper*: a process whose parent dies becomes a child of the runner
instead of init's. So what a job started stays below the runner, whatever session or process group
it moved to and whatever it did to its environment. Elsewhere only the living parents lead to it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress

import psutil

_PR_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> bool:
    """Whether orphans below this process will become its children from now on."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def has_children() -> bool:
    """Whether any process, living or dead and not reaped, is a child of this one."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def reap() -> dict[int, int]:
    """Wait status by process id of every child that has ended."""
    ended: dict[int, int] = {}
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended[pid] = status
    return ended


def descendants(spared: int | None = None) -> list[psutil.Process]:
    """Every process below this one that still runs, but for one child and what is below it."""
    found = psutil.Process().children(recursive=True)
    kept = set() if spared is None else {spared, *_below(spared)}
    return [process for process in found if process.pid not in kept and _is_alive(process)]


def _below(pid: int) -> list[int]:
    try:
        return [process.pid for process in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def names(processes: Iterable[psutil.Process]) -> dict[int, str]:
    """What to call these processes in a message, `name (pid)`, by process id."""
    found = {}
    for process in processes:
        with suppress(psutil.Error):
            found[process.pid] = f"{process.name()} ({process.pid})"
    return found


def terminate(processes: Iterable[psutil.Process]) -> None:
    """Ask each of them to end."""
    for process in processes:
        _send(process, signal.SIGTERM)
        _send(process, signal.SIGCONT)


def kill_all() -> None:
    """End everything below this process by force, also what is being started meanwhile.

    First everything is stopped, until nothing new appears, then killed: a process that forks as
    fast as it can cannot outrun it.
    """
    seen: set[int] = set()
    for _ in range(100):
        fresh = [process for process in descendants() if process.pid not in seen]
        if not fresh:
            break
        for process in fresh:
            seen.add(process.pid)
            _send(process, signal.SIGSTOP)
    for process in descendants():
        _send(process, signal.SIGKILL)


def kill_strangers(known: AbstractSet[int]) -> None:
    """End every child of this process that is not known, with all below it.

    They are orphans: what a runner that died had started, and this subreaper inherited.
    """
    for _ in range(100):
        strangers = [child for child in psutil.Process().children() if child.pid not in known]
        if not strangers:
            return
        for stranger in strangers:
            with suppress(psutil.Error):
                # Before its own end, as afterwards nothing tells that these are of one family.
                for process in stranger.children(recursive=True):
                    _send(process, signal.SIGKILL)
            _send(stranger, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(stranger.pid, 0)


def kill_marked(variable: str) -> None:
    """End every process of this machine that has `NAME=value` in its environment.

    For what no living ancestor leads to. A process that has cleared its environment is not found,
    nor is any where there is no /proc.
    """
    mark = os.fsencode(variable)
    for _ in range(50):
        found = _marked(mark)
        if not found:
            return
        for pid in found:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _marked(mark: bytes) -> list[int]:
    found = []
    with suppress(OSError):
        for name in os.listdir("/proc"):  # noqa: PTH208 - a hundred times faster
            if name.isdigit() and int(name) != os.getpid():
                with suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:  # noqa: PTH123 - the same
                    if mark in file.read().split(b"\0"):
                        found.append(int(name))
    return found


def _send(process: psutil.Process, number: signal.Signals) -> None:
    # psutil compares start times, so that a reused process id is never signalled.
    with suppress(psutil.Error):
        process.send_signal(number)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
