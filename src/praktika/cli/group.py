"""The group of commands. None is imported before it is chosen, so that `--help` is instant."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

COMMANDS: Mapping[str, str] = {
    "init": "Set up a first pipeline in this folder.",
    "check": "Find every problem in the pipelines.",
    "plan": "Show what would run, in which order, and why.",
    "run": "Run workflows or jobs here.",
    "yaml": "Write the workflows for GitHub Actions.",
    "dispatch": "Ask for a run of a workflow.",
    "workflows": "List the workflows, and what starts each.",
    "runs": "List the runs, newest first.",
    "logs": "Print the log of a job.",
    "report": "Show where the report of a run is.",
    "why": "Explain what became of a job.",
    "cancel": "Stop a run, or one of its jobs.",
    "rerun": "Run jobs of a run again.",
    "approve": "Let a run of a stranger's change begin.",
    "login": "Keep a token for a server.",
    "serve": "Serve a small team: web pages, API, orchestrator and runners.",
    "infrastructure": "Deploy a team's own cloud, look at it, take it down.",
    "orchestrator": "Serve the runs of this installation.",
    "runner": "Do the jobs of one label on this machine.",
}
"""One line for each command; each is the object `command` of the module of its name."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(
            f"praktika.cli.commands.{cmd_name}"
        ).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a name that is nearly right."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The list of commands, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def verbatim(text: str) -> dict[str, Any]:
    r"""`epilog` of a command: lines that click leaves as they are.

    It keeps a paragraph's lines only where the paragraph begins with a backspace.
    """
    return {"epilog": "\n\n".join(f"\b\n{part}" for part in text.strip("\n").split("\n\n"))}
