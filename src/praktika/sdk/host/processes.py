"""Ending processes, and what the kernel says of them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress

from praktika.sdk.shell.shell import Shell

_OOM = ("Out of memory: Killed process", "oom-kill:", "Memory cgroup out of memory")
_STEP = 0.05


def terminate_process(pid: int, *, force: bool = False, grace: float = 5.0) -> bool:
    """Whether a process is gone: asked to end, and killed after `grace` seconds.

    Args:
        pid: process id.
        force: kill at once.
        grace: seconds.
    """
    return _end(lambda number: os.kill(pid, number), pid, force=force, grace=grace)


def terminate_process_group(pid: int, *, force: bool = False, grace: float = 5.0) -> bool:
    """Whether a process group is gone; arguments as those of `terminate_process`."""
    return _end(lambda number: os.killpg(pid, number), pid, force=force, grace=grace)


def is_killed_with_oom() -> bool:
    """Whether the kernel's log tells that it killed a process for want of memory."""
    _, log, _ = Shell.get_res_stdout_stderr("dmesg", verbose=False)
    return any(words in log for words in _OOM)


def clear_dmesg() -> bool:
    """Whether the kernel's log could be emptied; it needs the right to."""
    code, _, _ = Shell.get_res_stdout_stderr("dmesg -C || sudo -n dmesg -C", verbose=False)
    return code == 0


def _end(send: Callable[[int], None], pid: int, *, force: bool, grace: float) -> bool:
    deadline = time.monotonic() + grace
    try:
        if not force:
            send(signal.SIGTERM)
            while time.monotonic() < deadline:
                _reap(pid)
                send(0)
                time.sleep(_STEP)
        send(signal.SIGKILL)
        for _ in range(100):
            _reap(pid)
            send(0)
            time.sleep(_STEP)
    except ProcessLookupError:
        return True
    return False


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):  # not a child of ours; whoever's it is, will reap it
        os.waitpid(pid, os.WNOHANG)
