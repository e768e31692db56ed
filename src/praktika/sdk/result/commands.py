"""Running commands one after another, lines for bash and callables alike, into one log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, chdir
from pathlib import Path
from typing import Any

from praktika.sdk.result.node import Node, text_of
from praktika.sdk.shell.capture import captured
from praktika.sdk.shell.output import say
from praktika.sdk.shell.shell import Shell

Command = str | Callable[..., Any]


class Commands:
    """What became of the commands that were run so far.

    Attributes:
        succeeded: whether all of them succeeded.
        messages: what failed callables said.
        results: Results that callables returned.
    """

    def __init__(
        self,
        log: Path,
        *,
        workdir: str | Path | None,
        arguments: tuple[Sequence[Any], Mapping[str, Any]],
        shell_options: Mapping[str, Any],
    ) -> None:
        self._log = log
        self._workdir = workdir
        self._arguments = arguments
        self._shell_options = shell_options
        self.succeeded = True
        self.messages: list[str] = []
        self.results: list[Any] = []
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")

    def run(self, command: Command) -> bool:
        """Whether a command succeeds."""
        with ExitStack() as stack:
            if self._workdir:
                stack.enter_context(chdir(self._workdir))
            if callable(command):
                with captured(self._log):
                    succeeded = self._call(command)
            else:
                code = Shell.run(command, self._log, append_log=True, **self._shell_options)
                succeeded = code == 0
        self.succeeded = self.succeeded and succeeded
        return succeeded

    def _call(self, function: Callable[..., Any]) -> bool:
        try:
            outcome = function(*self._arguments[0], **self._arguments[1])
        except SystemExit as error:
            outcome = error.code
        except Exception:  # noqa: BLE001 - whatever an author's function raises is its failure
            from traceback import format_exc  # noqa: PLC0415 - costs 2 ms, rarely needed

            outcome = format_exc()
            say(outcome)
        return self._judge(outcome)

    def _judge(self, outcome: object) -> bool:
        if isinstance(outcome, bool):
            return outcome
        if isinstance(outcome, Node):
            self.results.append(outcome)
            return outcome.is_ok()
        if outcome:
            self.messages.append(text_of(outcome))
        return not outcome
