"""Running one command to its end, whatever it does.

The command's end is the end of its process, not of its output: a child that keeps the pipe open
delays nothing. Afterwards everything that it left running is ended. Output goes straight to the
log in pieces as it comes; memory does not grow with it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, Self

from praktika import process_tree as tree

_CHUNK = 1 << 20
_F_SETPIPE_SZ = 1031  # fcntl's, on Linux; the largest pipe that needs no privilege
_TICK = 0.1
_SWEEP = 0.02
_KILL_PATIENCE = 10.0
_TAIL = 16 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a command may use.

    Attributes:
        timeout: seconds until it is asked to end.
        grace: seconds between asking and force.
        leftover_grace: the same for processes that outlive the command.
        log_bytes: bytes of output that are kept; the rest is read and dropped.
    """

    timeout: float = 5 * 3600
    grace: float = 10.0
    leftover_grace: float = 1.0
    log_bytes: int = 8 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A line for bash, and where it runs.

    Attributes:
        line: given to `bash -c`.
        cwd: its working directory.
        env: its whole environment.
        cleanup: a line for bash that runs beside SIGTERM at a timeout, or "".
    """

    line: str
    cwd: Path
    env: Mapping[str, str]
    cleanup: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a command ended.

    Attributes:
        cause: "exited" by itself, "timeout", "stopped" on request, or "log": its output could
            not be stored.
        code: exit code, or None when a signal ended it.
        signal: name of that signal, or "".
        detail: for "stopped" and "log", why.
        survivors: processes that it left running and that were ended.
        dropped: bytes of output that were over the limit.
        tail: the last 16 KiB of output, as text.
        seconds: of monotonic time.
    """

    cause: Literal["exited", "timeout", "stopped", "log"]
    code: int | None
    signal: str = ""
    detail: str = ""
    survivors: tuple[str, ...] = ()
    dropped: int = 0
    tail: str = ""
    seconds: float = 0.0


Stop = Callable[[], str]
"""Says why the command is to be stopped, or "" if it may go on; asked ten times a second."""


def never() -> str:
    """The Stop that never stops."""
    return ""


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
        watch = stack.enter_context(_Watch(command, log, limits.log_bytes))
        cause, detail = watch.until_end(started + limits.timeout, stop)
        survivors: tuple[str, ...] = ()
        if cause == "exited":
            survivors = watch.end_leftovers(limits.leftover_grace)
        else:
            watch.end_all(limits.grace, cleanup=command.cleanup if cause == "timeout" else "")
        watch.drain()
    code, name = _decode(watch.wait_status)
    return Exit(
        cause="log" if watch.pump.error and cause != "timeout" else cause,
        code=code,
        signal=name,
        detail=watch.pump.error or detail,
        survivors=survivors,
        dropped=watch.pump.dropped,
        tail=watch.pump.tail.decode("utf-8", "replace").strip("\n"),
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


@dataclass(slots=True)
class _Pump:
    """Moves output from the pipe to the log."""

    log: BinaryIO
    limit: int
    written: int = 0
    dropped: int = 0
    error: str = ""
    tail: bytes = b""
    buffer: bytearray = field(default_factory=lambda: bytearray(_CHUNK))

    def move(self, pipe: int) -> int | None:
        """How many bytes were moved; 0 at the end, None if there is nothing now."""
        try:
            size = os.readv(pipe, [self.buffer])
        except BlockingIOError:
            return None
        if size:
            data = memoryview(self.buffer)[:size]
            self.tail = (self.tail + bytes(data[-_TAIL:]))[-_TAIL:]
            self._store(data)
        return size

    def _store(self, data: memoryview) -> None:
        keep = min(len(data), max(0, self.limit - self.written))
        if self.error:
            keep = 0
        self.dropped += len(data) - keep
        try:
            written = 0
            while written < keep:
                written += self.log.write(data[written:keep]) or 0
        except OSError as error:
            reason = os.strerror(error.errno or errno.EIO)
            self.error = f"the log could not be written: {reason}"
        else:
            self.written += keep


class _Watch:
    """A started command: its output, its end, and the end of all that it started."""

    def __init__(self, command: Command, log: BinaryIO, limit: int) -> None:
        self.command = command
        self.pump = _Pump(log, limit)
        self.wait_status: int | None = None
        self.selector = selectors.DefaultSelector()
        self.pipe, write_end = os.pipe()
        os.set_blocking(self.pipe, False)
        with suppress(OSError):
            fcntl.fcntl(self.pipe, _F_SETPIPE_SZ, _CHUNK)
        try:
            self.process = _spawn(command.line, command, write_end)
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

    def until_end(
        self, deadline: float, stop: Stop
    ) -> tuple[Literal["exited", "timeout", "stopped", "log"], str]:
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
            if self._serve(min(_TICK if self.pidfd >= 0 else _SWEEP, deadline - now)):
                return "exited", ""
            if self.pump.error:
                return "log", self.pump.error

    def end_leftovers(self, grace: float) -> tuple[str, ...]:
        """Names of the processes that the command left, all of them ended now."""
        if not tree.has_children():
            return ()
        left = tree.names(tree.descendants())
        self.end_all(grace)
        return left

    def end_all(self, grace: float, cleanup: str = "") -> None:
        """End the command and everything below: TERM, a grace, KILL."""
        asked = tree.descendants()
        if cleanup:
            _spawn(cleanup, self.command, None).returncode = 0  # reaped with the others
        tree.terminate(asked)
        self._until_alone(grace)
        deadline = time.monotonic() + _KILL_PATIENCE
        while tree.has_children() and time.monotonic() < deadline:
            tree.kill_all()
            self._until_alone(_SWEEP * 5)

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


def _spawn(line: str, command: Command, output: int | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["bash", "--norc", "-c", line],
        cwd=command.cwd,
        env=command.env,
        stdin=subprocess.DEVNULL,
        stdout=output if output is not None else subprocess.DEVNULL,
        stderr=subprocess.STDOUT if output is not None else subprocess.DEVNULL,
        start_new_session=True,
    )
