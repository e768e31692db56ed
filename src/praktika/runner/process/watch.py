"""A started command: its output, its end, and the end of all that it started."""

from __future__ import annotations

import fcntl
import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, Self

from praktika import process_tree as tree
from praktika.runner.process.disk import Disks
from praktika.runner.process.pump import CHUNK, Pump
from praktika.runner.process.terms import Cause, Command, Limits, Stop
from praktika.runner.user import JobUser
from praktika.runner.user.launch import limited

_F_SETPIPE_SZ = 1031  # fcntl's, on Linux; the largest pipe that needs no privilege
_TICK = 0.1
_SWEEP = 0.02
_KILL_PATIENCE = 10.0


class Watch:
    """A started command: its output, its end, and the end of all that it started."""

    def __init__(self, command: Command, log: BinaryIO, limits: Limits) -> None:
        self.command = command
        self.pump = Pump(log, limits.log_bytes, command.mask)
        self.disks = Disks((os.fspath(command.cwd),), limits.disk_reserve)
        self.wait_status: int | None = None
        self.selector = selectors.DefaultSelector()
        self.pipe, write_end = os.pipe()
        os.set_blocking(self.pipe, False)
        with suppress(OSError):
            fcntl.fcntl(self.pipe, _F_SETPIPE_SZ, CHUNK)
        try:
            self.process = _started(command, write_end)
        except BaseException:
            os.close(self.pipe)
            raise
        finally:
            os.close(write_end)
        self.pidfd = os.pidfd_open(self.process.pid) if hasattr(os, "pidfd_open") else -1
        self.selector.register(self.pipe, selectors.EVENT_READ)
        if self.pidfd >= 0:
            self.selector.register(self.pidfd, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if tree.has_children():
            tree.kill_all()
            self._reap()
        # The status was collected by `reap`; Popen must not look for it.
        self.process.returncode = 0
        self.selector.close()
        for fd in (self.pipe, self.pidfd):
            if fd >= 0:
                os.close(fd)

    def until_end(self, deadline: float, stop: Stop) -> tuple[Cause, str]:
        """Why the wait is over: the process ended, or it has to be."""
        next_question = 0.0
        while True:
            now = time.monotonic()
            if now >= deadline:
                return "timeout", ""
            if now >= next_question:
                next_question = now + _TICK
                reason = stop()
                if reason:
                    return "stopped", reason
                full = self.disks.complaint()
                if full:
                    return "disk", full
            if self._serve(min(_TICK if self.pidfd >= 0 else _SWEEP, deadline - now)):
                return "exited", ""
            if self.pump.error:
                return "log", self.pump.error

    def end_leftovers(self, grace: float) -> tuple[str, ...]:
        """Names of the processes that the command left, all of them ended now."""
        return self.end_all(grace) if tree.has_children() else ()

    def end_all(self, grace: float, cleanup: str = "") -> tuple[str, ...]:
        """End the command and everything below: TERM, a grace, KILL; the names of what it was."""
        spared: int | None = None
        if cleanup:
            process = _spawn(_bash(cleanup), self.command, None, self.command.user)
            process.returncode = 0  # it is reaped with the others
            spared = process.pid
        asked: dict[int, str] = {}
        deadline = time.monotonic() + grace
        while tree.has_children() and time.monotonic() < deadline:
            # Again and again: what is being started or handed on may not be seen at first.
            fresh = [one for one in tree.descendants(spared) if one.pid not in asked]
            asked |= tree.names(fresh)
            tree.terminate(fresh)
            self._until_alone(min(_TICK if asked else _SWEEP, deadline - time.monotonic()))
        deadline = time.monotonic() + _KILL_PATIENCE
        while tree.has_children() and time.monotonic() < deadline:
            tree.kill_all()
            self._until_alone(_SWEEP * 5)
        return tuple(asked.values())

    def drain(self) -> None:
        """Move what is left in the pipe; nobody may be writing any more."""
        while self.pump.move(self.pipe):
            pass

    def _until_alone(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        while tree.has_children() and time.monotonic() < deadline:
            self._serve(_SWEEP)

    def _serve(self, patience: float) -> bool:
        """Move output for at most `patience` seconds; whether the command itself has ended."""
        for key, _ in self.selector.select(patience):
            if key.fd == self.pipe and self.pump.move(self.pipe) == 0:
                self.selector.unregister(self.pipe)
        self._reap()
        return self.wait_status is not None

    def _reap(self) -> None:
        ended = tree.reap()
        if self.process.pid in ended:
            self.wait_status = ended[self.process.pid]
            if self.pidfd >= 0:
                with suppress(KeyError):
                    self.selector.unregister(self.pidfd)


def _bash(line: str) -> Sequence[str]:
    return ("bash", "--norc", "-c", line)


def _started(command: Command, output: int) -> subprocess.Popen[bytes]:
    if command.argv:
        env = command.env if command.own_env is None else command.own_env
        return _spawn(command.argv, replace(command, env=env), output, None)
    if command.user is not None:
        # Whoever opens /dev/stdout opens the pipe anew, which only its owner may.
        os.fchown(output, command.user.uid, command.user.gid)
    return _spawn(_bash(command.line), command, output, command.user)


def _spawn(
    argv: Sequence[str], command: Command, output: int | None, user: JobUser | None
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv if user is None else limited(user, argv, command.cwd),
        user=user.uid if user else None,
        group=user.gid if user else None,
        extra_groups=user.groups if user else None,
        umask=0o022 if user else -1,
        cwd=command.cwd,
        env=command.env,
        stdin=subprocess.DEVNULL,
        stdout=output if output is not None else subprocess.DEVNULL,
        stderr=subprocess.STDOUT if output is not None else subprocess.DEVNULL,
        start_new_session=True,
    )
