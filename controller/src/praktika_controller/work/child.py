"""A child process: praktika. It has a session of its own, and all of its output is logged."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from praktika_controller.logs.journal import Sink
from praktika_controller.logs.output import forward
from praktika_controller.machine.processes import end_strays, kill_tree

TAKEN = "PRAKTIKA_TAKEN_FD"
"""The variable with the number of a pipe: the child writes into it when it has the lease."""

_DRAIN = 2.0


class Child:
    """A started child.

    Args:
        command: what to start.
        environment: all of its variables.
        folder: that it works in.
        sinks: get what it writes.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        sinks: Sequence[Sink],
    ) -> None:
        self._taken, write_end = os.pipe()
        self.has_taken = False
        try:
            self._process = subprocess.Popen(
                command,
                env={**environment, TAKEN: str(write_end)},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(write_end,),
            )
        except BaseException:
            os.close(self._taken)
            raise
        finally:
            os.close(write_end)
        assert self._process.stdout is not None
        self._reader = forward(self._process.stdout, sinks)
        self._has_pipe = True

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        """Its exit code, if it ends in that time; as soon as it takes its lease, None."""
        deadline = time.monotonic() + seconds
        while True:
            code = self._process.poll()
            left = deadline - time.monotonic()
            if code is not None or left <= 0:
                self._look()
                return code
            if self.has_taken or not self._has_pipe:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(left)
                continue
            select.select([self._taken], [], [], min(left, 0.2))
            if self._look():
                return None

    def terminate(self) -> None:
        """Ask it to end; also if it stands still."""
        for number in (signal.SIGTERM, signal.SIGCONT):
            with suppress(OSError):
                self._process.send_signal(number)

    def close(self) -> None:
        """End it and all that it has left."""
        if self._process.poll() is None:
            kill_tree(self.pid)
            self._process.wait()
        end_strays(frozenset())
        self._reader.join(_DRAIN)
        if self._has_pipe:
            self._has_pipe = False
            os.close(self._taken)

    def _look(self) -> bool:
        """Whether it has taken its lease."""
        if self._has_pipe and not self.has_taken and select.select([self._taken], [], [], 0)[0]:
            said = os.read(self._taken, 1)
            self.has_taken = bool(said)
            if not said:  # it has closed the pipe, as by ending
                self._has_pipe = False
                os.close(self._taken)
        return self.has_taken
