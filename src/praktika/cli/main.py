"""`praktika`: the way in and the way out.

Whatever a command raises becomes words and an exit code here, in `edge`; nothing else of praktika
is imported before it is needed.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from praktika.cli.console import Console, open_standard_streams
from praktika.cli.group import LazyGroup, verbatim
from praktika.cli.server import SERVER, refuse_server
from praktika.version import VERSION


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    **verbatim("""
A first pipeline:
  praktika init
  praktika run

Later:
  praktika run                     what a pull request would start
  praktika run 'Unit tests'        one job, with the jobs whose output it needs
  praktika logs 'Unit tests'       what it printed, in the latest run
  praktika why 'Unit tests'        what became of it, and why
  praktika report --open           the page of the latest run

With --server, the runs of another praktika are meant; `praktika login URL` keeps a token for it.

Exit codes: 0 OK, 1 failed or cancelled, 2 the pipelines or the command line are wrong,
3 something around them is, 4 it may work when tried again.
"""),
)
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Work in DIR instead of here.",
)
@click.option(
    "--server",
    metavar="URL",
    envvar=SERVER,
    help=f"The runs of that praktika, not of this checkout. Else the variable {SERVER}.",
)
@click.version_option(VERSION, prog_name="praktika", message="%(prog)s %(version)s")
@click.pass_context
def praktika(context: click.Context, /, *, folder: str | None, server: str | None) -> None:
    """Run CI pipelines that are declared as plain Python, on this machine."""
    del server  # see `chosen_server`
    refuse_server(context)
    if folder is not None:
        os.chdir(folder)


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    open_standard_streams()
    for number in (signal.SIGTERM, signal.SIGHUP):
        # As Ctrl-C, so that nothing is left behind; what is ignored (nohup) stays ignored.
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)
    console = Console(sys.stdout, sys.stderr, os.environ)
    code = run(console, [_as_utf8(argument) for argument in sys.argv[1:]], _be_deaf)
    _be_deaf()
    # Python ends itself by SIGINT, whatever the code, if a Ctrl-C has ever come while a text was
    # executed (as the standard library does to make a dataclass). The next such text undoes that.
    exec("")  # noqa: S102 - see above
    sys.exit(code)


def run(
    console: Console, arguments: Sequence[str], on_end: Callable[[], None] = lambda: None
) -> int:
    """The exit code of one command line; `on_end` is called before a failure is put into words."""
    try:
        code = praktika.main(
            list(arguments), prog_name="praktika", obj=console, standalone_mode=False
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the edge of the process
        on_end()
        if isinstance(error, KeyboardInterrupt):  # a second one, while the first was dealt with
            error = click.Abort()
        # Only when there is something to explain: it costs a third of `--help`.
        from praktika.cli.edge import explain  # noqa: PLC0415 - see above

        code = explain(console, error)
    if console.complaint:
        console.note(f"praktika: {console.complaint}")
        return code or 3
    return code if isinstance(code, int) else 0


def _be_deaf() -> None:
    """Let no further Ctrl-C spoil the last words and the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _as_utf8(argument: str) -> str:
    """The argument as it was typed, where the locale made escapes of what is no ASCII."""
    if argument.isprintable():
        return argument
    return os.fsencode(argument).decode("utf-8", "surrogateescape")
