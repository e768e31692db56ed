"""TeePopen: a command that is watched while it runs."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

from praktika.sdk.shell import bash
from praktika.sdk.shell.child import Child, Ended
from praktika.sdk.shell.output import complain, echo, echo_late

_GRACE = 100.0
_LINES_KEPT = 100
_LINE_LIMIT = 16 * 1024


class TeePopen:
    """A command whose output, stderr merged in, is printed and logged as it comes.

        with TeePopen("make", log_file="make.log", timeout=600) as process:
            code = process.wait()

    Args:
        command: a line for bash.
        log_file: gets the output; emptied first.
        env: additions to the environment.
        timeout: seconds; then the process group gets SIGTERM, and SIGKILL 100 s later.
        timeout_shell_cleanup: a line for bash that runs beside the SIGTERM.
        preserve_stdio: let the command have our stdin, stdout and stderr; nothing is logged.
    """

    def __init__(
        self,
        command: str,
        log_file: str | Path = "",
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
        *,
        timeout_shell_cleanup: str | None = None,
        preserve_stdio: bool = False,
    ) -> None:
        self.command = command
        self.log_file = log_file
        self.env = env
        self.timeout = timeout
        self.timeout_shell_cleanup = timeout_shell_cleanup
        self.preserve_stdio = preserve_stdio
        self.timeout_exceeded = False
        self._lines: deque[bytes] = deque(maxlen=_LINES_KEPT)
        self._log: IO[bytes] | None = None
        self._child: Child | None = None
        self._thread: threading.Thread | None = None
        self._ended: Ended | None = None
        self._failure: OSError | None = None

    def __enter__(self) -> Self:
        if self.log_file and not self.preserve_stdio:
            path = Path(self.log_file)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._log = path.open("wb", buffering=0)
        try:
            self._child = Child(
                bash.argv(self.command),
                out=None if self.preserve_stdio else self._take,
                late=echo_late,
                session=not self.preserve_stdio,
                options={"env": _environment(self.env)},
            )
        except OSError:
            self._close_log()
            raise
        self._thread = threading.Thread(target=self._watch, name="tee", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is not None:
                self.terminate()
            self.wait()
        finally:
            self._close_log()

    @property
    def pid(self) -> int:
        """Process id of bash; also the id of its process group, without `preserve_stdio`."""
        return self._started().pid

    @property
    def returncode(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._ended.code if self._ended else None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.returncode

    def wait(self) -> int:
        """The exit code, once the command has ended; negative if a signal ended it.

        At a timeout it is that of the command all the same, but never 0; see `timeout_exceeded`.

        Raises:
            OSError: the log could not be written; the command was ended.
        """
        if self._thread is not None:
            self._thread.join()
        if self._failure is not None:
            raise self._failure
        if self._ended is None:
            raise RuntimeError("the command was not started; use TeePopen in a with statement")
        return self._ended.code

    def send_signal(self, number: int) -> None:
        """Signal the command with its process group."""
        self._started().send_signal(number)

    def terminate(self) -> None:
        """Ask the command to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the command by force."""
        self.send_signal(signal.SIGKILL)

    def get_latest_log(self, max_lines: int = 20) -> str:
        """The last lines of the output, at most 100."""
        return b"".join(list(self._lines)[-max_lines:]).decode("utf-8", "replace")

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()

    def _take(self, data: bytes) -> None:
        echo(data)
        if self._log is not None:
            self._log.write(data)
        lines = data.splitlines(keepends=True)
        if self._lines and not self._lines[-1].endswith(b"\n") and lines:
            lines[0] = self._lines.pop() + lines[0]
        self._lines.extend(line[-_LINE_LIMIT:] for line in lines)

    def _watch(self) -> None:
        try:
            ended = self._started().wait(self.timeout, grace=_GRACE, on_timeout=self._clean_up)
        except OSError as error:
            self._failure = error
            return
        self.timeout_exceeded = ended.timed_out
        if ended.timed_out:
            complain(f"Command timed out after {self.timeout:g} s: {self.command}")
        self._ended = ended._replace(code=ended.code or int(ended.timed_out))

    def _clean_up(self) -> None:
        if self.timeout_shell_cleanup:
            # A thread, so that a cleanup that hangs keeps nobody from the SIGKILL.
            arguments = (self.timeout_shell_cleanup,)
            threading.Thread(target=self._clean_up_now, args=arguments, daemon=True).start()

    def _clean_up_now(self, command: str) -> None:
        bash.run(command, bash.Sinks(echo, None), _GRACE, {"env": _environment(self.env)})

    def _started(self) -> Child:
        if self._child is None:
            raise RuntimeError("the command was not started; use TeePopen in a with statement")
        return self._child


def _environment(additions: Mapping[str, str] | None) -> dict[str, str] | None:
    return None if additions is None else os.environ | dict(additions)
