"""Runners as processes of this machine."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence

from praktika import process_tree
from praktika.errors import OperatorError

_PATIENCE = 15.0
_MAX_FAILURES = 3


class LocalCompute:
    """A `Compute` of child processes.

    Args:
        command: the command line of a runner with a given name.
        clean: ends what a runner that is gone has left, where this process does not find it.

    Attributes:
        started: names of all runners that there ever were.
    """

    def __init__(
        self,
        command: Callable[[str], Sequence[str]],
        clean: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self.started: list[str] = []
        self._command = command
        self._clean = clean
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._count = 0
        self._size = 0
        self._lost: list[str] = []
        self._failures = 0
        process_tree.become_subreaper()

    def scale(self, pool: str, size: int) -> None:
        """Let `size` runners serve the pool; see the port."""
        self._size = size
        self._sweep()
        while len(self._running) < size:
            self._count += 1
            name = f"{pool}-{self._count}"
            self.started.append(name)
            self._running[name] = subprocess.Popen(
                self._command(name),
                stdin=subprocess.DEVNULL,
                # Ctrl-C is for this process alone, from the runner's first moment on.
                process_group=0,
            )

    def lost(self) -> list[str]:
        """Names of runners that ended by themselves; they are replaced.

        Raises:
            OperatorError: runners fail of themselves again and again; new ones would, too.
        """
        self._sweep()
        if self._lost:
            # The next attempt must not meet what the last one left.
            process_tree.kill_strangers({child.pid for child in self._running.values()})
            for name in self._lost:
                self._clean(name)
        if self._failures >= _MAX_FAILURES:
            raise OperatorError(
                "runners cannot work here: several ended with an error of their own, shown above. "
                "Is this installation of praktika complete?"
            )
        lost, self._lost = self._lost, []
        for name in lost:
            self.scale(name.rsplit("-", 1)[0], self._size)
        return lost

    def close(self) -> None:
        """End every runner: TERM, and force for those that do not follow, with all below them."""
        self._size = 0
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + _PATIENCE
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
        if process_tree.has_children():
            process_tree.kill_all()
            process_tree.reap()

    def _sweep(self) -> None:
        for name, process in list(self._running.items()):
            code = process.poll()
            if code is not None:
                # A signal comes from outside, perhaps from the job; an exit code is its own.
                self._failures += code > 0
                del self._running[name]
                self._lost.append(name)
