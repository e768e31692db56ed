"""What an error means to the person who typed the command: words, and an exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

import click

from praktika.cli.console import Console, Ink
from praktika.cli.jsonlines import say_json
from praktika.cli.view.problems import fields, show_problems
from praktika.errors import AuthorError, PraktikaError
from praktika.model.wire import WireError

INTERRUPTED = 130
"""As a shell counts a process that Ctrl-C ended."""

ENVIRONMENT = 3
BUG = 70
"""EX_SOFTWARE of sysexits.h: nothing that the caller did."""


def explain(console: Console, error: Exception) -> int:
    """Say what went wrong; the exit code."""
    match error:
        case click.ClickException():
            code = error.exit_code
            _usage(console, error)
        case click.Abort():
            code = INTERRUPTED
            console.note("praktika: interrupted")
        case AuthorError() if error.problems:
            code = error.exit_code
            show_problems(console, error.problems)
        case PraktikaError():
            code = error.exit_code
            _complain(console, str(error))
        case OSError() | WireError():
            code = ENVIRONMENT
            _complain(console, str(error), trace=_keep(error))
        case _:
            code = BUG
            _complain(
                console,
                f"{type(error).__name__}: {error}",
                "This is a bug of praktika, not of your pipeline.",
                trace=_keep(error),
            )
    if os.environ.get("PRAKTIKA_DEBUG", "") not in {"", "0"}:
        console.note("".join(traceback.format_exception(error)).rstrip())
    if console.wants_json:
        say_json(console, _as_data(error, code))
    return code


def _complain(console: Console, *lines: str, trace: str = "") -> None:
    first, *others = lines
    console.note(Ink("praktika: ", "bold red"), first)
    for line in others:
        console.note("  ", line)
    if trace:
        console.note("  The traceback is in ", trace)


def _usage(console: Console, error: click.ClickException) -> None:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        console.note(error.format_message())
        return
    _complain(console, error.format_message())
    if context is not None:
        console.note(f"  Try '{context.command_path} --help'.")


def _as_data(error: Exception, code: int) -> dict[str, Any]:
    found = error.problems if isinstance(error, AuthorError) else ()
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    return {
        "error": text or type(error).__name__,
        "exit_code": code,
        "problems": [fields(it) for it in found],
    }


def _keep(error: Exception) -> str:
    """Where the traceback was written; beside the runs if there are any."""
    state = Path(".praktika")
    folder = state if state.is_dir() else Path(tempfile.gettempdir())
    name = f"praktika-crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    text = f"{sys.version}\n{sys.argv}\n\n" + "".join(traceback.format_exception(error))
    for place in (folder, Path(tempfile.gettempdir())):
        try:
            with (place / name).open("x", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return str(place / name)
    return "no file, as none could be written; PRAKTIKA_DEBUG=1 shows it"
