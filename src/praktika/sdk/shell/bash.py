"""Command lines as processes of bash, and their failures as exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from praktika.sdk.shell.child import TIMED_OUT, Child, Ended, Sink

_NOT_STARTED = 127


class CommandFailed(RuntimeError):
    """A command that must not fail has failed; the text says which, how, and its last words."""


class Sinks(NamedTuple):
    """Where output goes: stdout, stderr, and what comes after the command has ended."""

    out: Sink
    err: Sink | None
    late: Sink | None = None


def argv(command: str) -> list[str]:
    """The arguments of a process that executes the line.

    Without --norc, bash may read ~/.bashrc even for -c, as it does below ssh.
    """
    return ["bash", "--norc", "-c", command]


def run(command: str, sinks: Sinks, timeout: float | None, options: Mapping[str, Any]) -> Ended:
    """How the line ended; one that cannot be started says so on stderr and has 127.

    Args:
        command: a line for bash.
        sinks: see `Sinks`.
        timeout: seconds, or None; with one, the command leads a session and ends with its group.
        options: for subprocess.Popen.
    """
    try:
        child = Child(
            argv(command),
            out=sinks.out,
            err=sinks.err,
            late=sinks.late,
            session=timeout is not None,
            options=options,
        )
    except OSError as error:
        (sinks.err or sinks.out)(f"cannot start the command: {error}\n".encode())
        return Ended(_NOT_STARTED, timed_out=False)
    ended = child.wait(timeout)
    return ended._replace(code=TIMED_OUT) if ended.timed_out else ended


def failure(command: str, ended: Ended, timeout: float | None, stderr: str) -> CommandFailed:
    """The exception for a command that failed."""
    how = f"timed out after {timeout:g} s" if ended.timed_out else f"exit code {ended.code}"
    words = stderr.strip()[-4096:]
    return CommandFailed(f"{how}: {command}" + (f"\n{words}" if words else ""))


@contextmanager
def stdin(text: str | None) -> Iterator[dict[str, Any]]:
    """Options for subprocess.Popen that let a process read the text; none for None.

    It reads a file: unlike a pipe, that never blocks whoever writes it.
    """
    if text is None:
        yield {}
        return
    from tempfile import TemporaryFile  # noqa: PLC0415 - costs 6 ms, few commands need it

    with TemporaryFile() as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        file.seek(0)
        yield {"stdin": file}
