"""Which praktika the command line speaks of: that of this checkout, or a server."""

from __future__ import annotations

import click
from click.core import ParameterSource

SERVER = "PRAKTIKA_SERVER"
"""The variable that stands for `--server`."""

_SERVED = frozenset(
    {"dispatch", "workflows", "runs", "logs", "report", "why", "cancel", "rerun", "approve"}
)
"""The commands that work without a checkout."""


def chosen_server() -> str:
    """The address of the server that was chosen; "" means the checkout."""
    context = click.get_current_context(silent=True)
    return context.find_root().params.get("server") or "" if context else ""


def refuse_server(context: click.Context) -> None:
    """Refuse `--server` for what is done on this machine; the variable does not concern that.

    Raises:
        UsageError: it was given.
    """
    command = context.invoked_subcommand
    is_typed = context.get_parameter_source("server") is ParameterSource.COMMANDLINE
    if not is_typed or command is None or command in _SERVED:
        return
    match command:
        case "run":
            text = "`praktika run` runs what is here. `praktika dispatch` asks a server for a run."
        case "login":
            text = "Name the server behind the command: `praktika login URL`."
        case _:
            text = f"`praktika {command}` is for this machine; leave --server out."
    raise click.UsageError(text, ctx=context)
