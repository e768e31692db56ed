"""The words of running a command: what is run, within which limits, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from praktika.runner.process.mask import Mask
from praktika.runner.user import JobUser

Cause = Literal["exited", "timeout", "stopped", "log", "disk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a command may use.

    Attributes:
        timeout: seconds until it is asked to end.
        grace: seconds between asking and force.
        leftover_grace: the same for processes that outlive the command.
        log_bytes: bytes of output that are kept; the rest is read and dropped.
        disk_reserve: bytes that have to stay free on the disks that a job can fill, or it is ended;
            0 means that nobody looks.
    """

    timeout: float = 5 * 3600
    grace: float = 10.0
    leftover_grace: float = 1.0
    log_bytes: int = 8 << 30
    disk_reserve: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What is run, and where.

    Attributes:
        line: given to `bash -c`.
        argv: a program of praktika's with its arguments, run instead of the line, or empty. It runs
            as the runner does.
        cwd: its working directory.
        env: its whole environment.
        own_env: the same for `argv`, if it is another one.
        user: whom the line and the cleanup run as; None means as the runner does.
        cleanup: a line for bash that runs beside SIGTERM at a timeout, or "".
        mask: what must not come out in its output.
    """

    line: str
    cwd: Path
    env: Mapping[str, str]
    argv: tuple[str, ...] = ()
    own_env: Mapping[str, str] | None = None
    user: JobUser | None = None
    cleanup: str = ""
    mask: Mask = field(default_factory=Mask)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a command ended.

    Attributes:
        cause: "exited" by itself, "timeout", "stopped" on request, "log": its output could not be
            stored, or "disk": it has filled one.
        code: exit code, or None when a signal ended it.
        signal: name of that signal, or "".
        detail: for "stopped", "log" and "disk", why; for "exited", what the exit code does not say.
        survivors: processes that it left running and that were ended.
        dropped: bytes of output that were over the limit.
        tail: the last 16 KiB of output, as text.
        seconds: of monotonic time.
    """

    cause: Cause
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
