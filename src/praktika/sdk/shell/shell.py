"""Shell: run command lines in bash."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from praktika.sdk.shell import bash
from praktika.sdk.shell.bash import Sinks
from praktika.sdk.shell.child import Ended
from praktika.sdk.shell.output import complain, echo, echo_late, say
from praktika.sdk.shell.sinks import Tail, Whole

_STDERR_KEPT = 64 * 1024


class Shell:
    """Command lines, given to bash.

    Keyword arguments that a method does not list go to `subprocess.Popen`: `cwd`, `env` …
    A timeout ends the command with its whole process group and counts as exit code 124; a command
    that cannot be started has 127.
    """

    RETRY_DELAY = 2.0
    RETRY_DELAY_LIMIT = 60.0

    @classmethod
    def run(  # noqa: PLR0913 - the vocabulary's signature
        cls,
        command: str,
        log_file: str | Path = "",
        *,
        strict: bool = False,
        verbose: bool = True,
        dry_run: bool = False,
        stdin_str: str | None = None,
        timeout: float | None = None,
        retries: int = 1,
        retry_errors: str | Sequence[str] = (),
        append_log: bool = False,
        **popen: Any,
    ) -> int:
        """The exit code of a command; its output is printed as it comes.

        Args:
            command: a line for bash.
            log_file: gets the output, too; emptied first.
            strict: raise when the command fails.
            verbose: print the command first.
            dry_run: print the command, do not run it, and return 0.
            stdin_str: what the command reads.
            timeout: seconds for each try.
            retries: how many tries in all; the pauses between them are 2, 4, 8 … 60 s.
            retry_errors: try again only if stderr contains one of these texts (and then at least
                two tries).
            append_log: keep what is in the log file.
            popen: for subprocess.Popen.

        Raises:
            CommandFailed: the last try failed, and `strict`.
        """
        if verbose or dry_run:
            say(f"{'Would run' if dry_run else 'Run'} command: {command}")
        if dry_run:
            return 0
        wanted = [retry_errors] if isinstance(retry_errors, str) else list(retry_errors)
        tail = Tail(_STDERR_KEPT)

        def attempt() -> tuple[Ended, bool]:
            nonlocal tail
            tail = Tail(_STDERR_KEPT, wanted)
            with bash.stdin(stdin_str) as options:
                ended = bash.run(command, _echoing(log, tail), timeout, popen | options)
            return ended, tail.found or not any(wanted)

        with ExitStack() as stack:
            log = stack.enter_context(_open_log(log_file, append=append_log)) if log_file else None
            ended = cls._retried(attempt, max(retries, 2) if any(wanted) else retries)
        if ended.code and strict:
            raise bash.failure(command, ended, timeout, tail.text())
        if ended.timed_out:
            complain(f"Command timed out after {timeout:g} s: {command}")
        return ended.code

    @classmethod
    def check(cls, command: str, log_file: str | Path = "", **options: Any) -> bool:
        """Whether a command succeeds; quiet about itself, otherwise as `run`."""
        return cls.run(command, log_file, **({"verbose": False} | options)) == 0

    @classmethod
    def get_output(
        cls,
        command: str,
        *,
        strict: bool = False,
        verbose: bool = False,
        retries: int = 1,
        delay: float = 2.0,
        **popen: Any,
    ) -> str:
        """What a command writes to stdout, stripped, whether it fails or not.

        Args:
            command: a line for bash.
            strict: raise when the command fails.
            verbose: print the command, and stderr when it fails.
            retries: how many tries in all.
            delay: seconds before the second try; doubled for each further one.
            popen: `timeout`, and the rest for subprocess.Popen.

        Raises:
            CommandFailed: the last try failed, and `strict`.
        """
        if verbose:
            say(f"Run command: {command}")
        timeout = popen.pop("timeout", None)
        out, err = Whole(), Tail(_STDERR_KEPT)

        def attempt() -> tuple[Ended, bool]:
            nonlocal out, err
            out, err = Whole(), Tail(_STDERR_KEPT)
            return bash.run(command, Sinks(out, err), timeout, popen), True

        ended = cls._retried(attempt, retries, delay)
        if ended.code and strict:
            raise bash.failure(command, ended, timeout, err.text())
        if ended.code and verbose:
            complain(f"Exit code {ended.code}: {command}\n{err.text()}")
        return out.text().strip()

    @classmethod
    def get_output_or_raise(cls, command: str, **options: Any) -> str:
        """What a command writes to stdout, stripped; raises CommandFailed when it fails."""
        return cls.get_output(command, **(options | {"strict": True}))

    @classmethod
    def get_res_stdout_stderr(
        cls, command: str, *, verbose: bool = True, strip: bool = True, **popen: Any
    ) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of a command; nothing but the command is printed.

        Args:
            command: a line for bash.
            verbose: print the command.
            strip: without white space around the outputs.
            popen: `timeout`, and the rest for subprocess.Popen.
        """
        if verbose:
            say(f"Run command: {command}")
        timeout = popen.pop("timeout", None)
        out, err = Whole(), Whole()
        ended = bash.run(command, Sinks(out, err), timeout, popen)
        if strip:
            return ended.code, out.text().strip(), err.text().strip()
        return ended.code, out.text(), err.text()

    @classmethod
    def check_parallel(
        cls, commands: Sequence[str], *, verbose: bool = False, max_workers: int | None = None
    ) -> bool:
        """Whether all of the commands succeed, run side by side; each of them runs to its end.

        Args:
            commands: lines for bash.
            verbose: print each command.
            max_workers: how many at once; by default the number of processors.
        """
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - 8 ms, rarely used

        def succeeds(command: str) -> bool:
            try:
                return cls.check(command, verbose=verbose)
            except Exception as error:  # noqa: BLE001 - one command must not stop the others
                complain(f"{command}: {error}")
                return False

        with ThreadPoolExecutor(max_workers) as pool:
            return all(list(pool.map(succeeds, commands)))

    @classmethod
    def run_async(
        cls,
        command: str,
        *,
        stdin_str: str | None = None,
        verbose: bool = False,
        suppress_output: bool = False,
        **popen: Any,
    ) -> subprocess.Popen[str]:
        """A command that was started in a session of its own and goes on by itself.

        Args:
            command: a line for bash.
            stdin_str: what the command reads.
            verbose: print the command.
            suppress_output: throw its output away, rather than print it.
            popen: for subprocess.Popen.
        """
        if verbose:
            say(f"Run command: {command}")
        options: dict[str, Any] = {"start_new_session": True, "text": True}
        if suppress_output:
            options |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with bash.stdin(stdin_str) as stdin:
            return subprocess.Popen(bash.argv(command), **(options | stdin | popen))

    @classmethod
    def _retried(
        cls, attempt: Callable[[], tuple[Ended, bool]], tries: int, delay: float | None = None
    ) -> Ended:
        """The end of the last try; a try says how it ended and whether another may help."""
        pause = cls.RETRY_DELAY if delay is None else delay
        ended, hopeful = attempt()
        for _ in range(1, tries):
            if ended.code == 0 or not hopeful:
                break
            time.sleep(pause)
            pause = min(2 * pause, cls.RETRY_DELAY_LIMIT)
            ended, hopeful = attempt()
        return ended


def _echoing(log: IO[bytes] | None, tail: Tail) -> Sinks:
    def out(data: bytes) -> None:
        echo(data)
        if log is not None:
            log.write(data)

    def err(data: bytes) -> None:
        tail(data)
        out(data)

    return Sinks(out, err, echo_late)


def _open_log(path: str | Path, *, append: bool) -> IO[bytes]:
    place = Path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("ab" if append else "wb", buffering=0)
