"""Whether this machine can work."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from pathlib import Path

from praktika_controller.faults import Sick
from praktika_controller.logs.journal import log

SKEW = 240.0
"""Seconds that the clock may be off; AWS refuses what is signed five minutes off."""

ROOM = 1 << 30
"""Bytes that a disk must have left."""

FAILURES = 3
"""How often a child may fail to start, one time after another."""

_DOCKER_EVERY = 300.0
_DOCKER_TIMEOUT = 30
_PRUNE_TIMEOUT = 200


class Health:
    """What is known of this machine.

    Args:
        work: the folder in which jobs work.
        expendable: folders whose content can be had again.
        room: bytes that the disk must have left.
        docker: the path of the program, "" where jobs have none.
    """

    def __init__(
        self,
        work: Path,
        expendable: tuple[Path, ...] = (),
        *,
        room: int = ROOM,
        docker: str = "",
    ) -> None:
        self._work = work
        self._expendable = expendable
        self._room = room
        self._docker = docker
        self._docker_at = 0.0
        self._failures = 0
        self._skew = 0.0
        self._broken = ""

    def broken(self, reason: str) -> None:
        """Note what will not become better."""
        self._broken = reason
        log("machine.broken", reason=reason)

    def failed(self, reason: str) -> None:
        """Note that a child could not start."""
        self._failures += 1
        log("child.failed", reason=reason, times=self._failures)

    def worked(self) -> None:
        """Note that a child did what it was started for."""
        self._failures = 0

    def heard(self, date: str, now: Callable[[], float] = time.time) -> None:
        """Note what AWS says that the time is, as a header Date."""
        with suppress(ValueError, TypeError):
            self._skew = now() - parsedate_to_datetime(date).timestamp()

    def check(self) -> None:
        """Nothing, if this machine is well.

        Raises:
            Sick: it is not.
        """
        if self._broken:
            raise Sick(self._broken)
        if self._failures >= FAILURES:
            raise Sick(f"praktika failed to start {self._failures} times, one after another")
        if abs(self._skew) > SKEW:
            raise Sick(f"the clock of this machine is {self._skew:+.0f} s off")
        self._check_disk()
        self._check_docker()

    def _check_disk(self) -> None:
        if self._free() >= self._room:
            return
        for folder in self._expendable:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True, exist_ok=True)
        if self._docker:
            self._ask_docker(_PRUNE_TIMEOUT, "system", "prune", "--all", "--force", "--volumes")
        left = self._free()
        log("disk.freed", left=left)
        if left < self._room:
            raise Sick(f"the disk has {left >> 20} MiB left, and nothing more to remove")

    def _free(self) -> int:
        return shutil.disk_usage(self._work).free

    def _check_docker(self) -> None:
        if not self._docker or time.monotonic() < self._docker_at:
            return
        if not self._docker_answers() and not self._docker_answers():
            raise Sick("Docker does not answer")
        self._docker_at = time.monotonic() + _DOCKER_EVERY

    def _docker_answers(self) -> bool:
        return self._ask_docker(_DOCKER_TIMEOUT, "version", "--format", "{{.Server.Version}}")

    def _ask_docker(self, timeout: int, *words: str) -> bool:
        """Whether Docker has done something, all in all."""
        command = [self._docker, *words]
        try:
            done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
        except (OSError, subprocess.SubprocessError):
            return False
        return done.returncode == 0
