"""One process whose output is passed on as it comes.

The end that counts is the process's own. What its background processes write later is still read,
so that they do not die of a closed pipe, but nobody waits for it.
"""

from __future__ import annotations

import math
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any, NamedTuple, Self

Sink = Callable[[bytes], object]

TIMED_OUT = 124
"""The exit code of a command whose time was over, as that of timeout(1)."""

_CHUNK = 1 << 16
_REST = 1 << 20  # the largest pipe that Linux grants to users
_POLL = 0.02
_LONG = 3600.0
_KILL_PATIENCE = 10.0


class Ended(NamedTuple):
    """How a process ended: its exit code (negative: a signal), and whether its time was over."""

    code: int
    timed_out: bool


class Child:
    """A started process.

    Args:
        argv: the program and its arguments.
        out: gets the bytes of stdout as they come; None leaves it our own stdout and stderr.
        err: gets those of stderr; None sends stderr the way of stdout.
        late: gets what is written after the process has ended, in another thread.
        session: whether the process leads a session of its own, and is ended with its group.
        options: for subprocess.Popen (`cwd`, `env` …).

    Raises:
        OSError: the process could not be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        out: Sink | None,
        err: Sink | None = None,
        late: Sink | None = None,
        session: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._late = late
        self._session = session
        self._process = subprocess.Popen(
            list(argv),
            stdout=subprocess.PIPE if out else None,
            stderr=subprocess.PIPE if err else subprocess.STDOUT if out else None,
            start_new_session=session,
            **(options or {}),
        )
        self._sinks: list[tuple[IO[bytes], Sink]] = []
        for stream, sink in ((self._process.stdout, out), (self._process.stderr, err)):
            if stream is not None and sink is not None:
                os.set_blocking(stream.fileno(), False)
                self._sinks.append((stream, sink))

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether the process has ended; its id stays taken until `wait` returns."""
        if self._process.returncode is not None:
            return True
        if not hasattr(os, "waitid"):
            return self._process.poll() is not None
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        try:
            return os.waitid(os.P_PID, self.pid, flags) is not None
        except ChildProcessError:  # SIGCHLD is ignored here, and the system has reaped it
            return True

    def send_signal(self, number: int) -> None:
        """Signal the process, with its group if it leads one; nothing once `wait` returned."""
        if self._process.returncode is not None:
            return  # the id may belong to another process by now
        with suppress(ProcessLookupError):
            if self._session:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)

    def wait(
        self,
        timeout: float | None = None,
        *,
        grace: float = 5.0,
        on_timeout: Callable[[], object] | None = None,
    ) -> Ended:
        """Pass output on until the process has ended.

        Args:
            timeout: seconds, after which the process is asked to end (SIGTERM).
            grace: seconds more, after which it is killed.
            on_timeout: called at the timeout, after SIGTERM.
        """
        try:
            timed_out = self._watch(timeout, grace, on_timeout)
            if timed_out:
                self.send_signal(signal.SIGKILL)  # what is left of the group
            self._drain()
            return Ended(self._process.wait(_KILL_PATIENCE), timed_out)
        except BaseException:
            self._abandon()
            raise

    def _watch(
        self, timeout: float | None, grace: float, on_timeout: Callable[[], object] | None
    ) -> bool:
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        timed_out = False
        with _Selection(self.pid, self._sinks) as selection:
            while not self.has_ended():
                selection.serve(deadline - time.monotonic())
                if time.monotonic() < deadline:
                    continue
                if timed_out:
                    self.send_signal(signal.SIGKILL)
                    deadline += _LONG
                elif not self.has_ended():
                    timed_out = True
                    self.send_signal(signal.SIGTERM)
                    deadline += grace
                    if on_timeout:
                        on_timeout()
        return timed_out

    def _drain(self) -> None:
        """Pass on what is in the pipes now, and leave the rest to a thread."""
        for stream, sink in self._sinks:
            left = _REST
            data: bytes | None = b"-"
            while data and left > 0:
                data = _read(stream)
                if data:
                    sink(data)
                    left -= len(data)
            if data == b"":
                stream.close()
            else:
                _discard(stream, self._late)

    def _abandon(self) -> None:
        self.send_signal(signal.SIGTERM)
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self.send_signal(signal.SIGKILL)
            self._process.wait(_KILL_PATIENCE)
        for stream, _ in self._sinks:
            stream.close()


class _Selection:
    """Waits for output and for the end of a process at the same time."""

    def __init__(self, pid: int, sinks: Sequence[tuple[IO[bytes], Sink]]) -> None:
        self._selector = selectors.DefaultSelector()
        for stream, sink in sinks:
            self._selector.register(stream, selectors.EVENT_READ, sink)
        self._end = _pidfd(pid)
        if self._end >= 0:
            self._selector.register(self._end, selectors.EVENT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()
        if self._end >= 0:
            os.close(self._end)

    def serve(self, patience: float) -> None:
        """Pass on what there is, after at most `patience` seconds."""
        limit = _LONG if self._end >= 0 else _POLL
        for key, _ in self._selector.select(max(0.0, min(patience, limit))):
            if key.data is None:
                continue
            data = _read(key.fileobj)
            if data:
                key.data(data)
            elif data == b"":
                self._selector.unregister(key.fileobj)


def _pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, an old one, or a sandbox that forbids it
        return -1


def _read(stream: Any) -> bytes | None:
    """Some bytes; none at the end; None if there is nothing now."""
    try:
        return os.read(stream.fileno(), _CHUNK)
    except BlockingIOError:
        return None


def _discard(stream: IO[bytes], late: Sink | None) -> None:
    def read_on() -> None:
        with stream:
            while data := os.read(stream.fileno(), _CHUNK):
                if late:
                    late(data)

    os.set_blocking(stream.fileno(), True)
    threading.Thread(target=read_on, name="late-output", daemon=True).start()
