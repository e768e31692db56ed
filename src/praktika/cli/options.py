"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from praktika.cli.console import Console

F = TypeVar("F", bound=Callable[..., Any])


def _want_json(ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:  # noqa: FBT001 - click's signature
    # Early, so that even a complaint about the rest of the command line comes as JSON too.
    console = ctx.find_object(Console)
    if console is not None:
        console.wants_json = value
    return value


def json_option(
    text: str = "Write JSON, for programs.", *, expose: bool = True
) -> Callable[[F], F]:
    """`--json`, of which the console knows; the command gets it as `as_json` if it is exposed."""
    return click.option(
        "--json",
        "as_json",
        is_flag=True,
        is_eager=True,
        expose_value=expose,
        callback=_want_json,
        help=text,
    )


def input_values(texts: Sequence[str]) -> dict[str, str]:
    """The values of `NAME=VALUE`, by name.

    Raises:
        UsageError: one is written otherwise, or there twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise click.UsageError(f"'{text}' is no NAME=VALUE.")
        if name in found:
            raise click.UsageError(f"The input '{name}' is given twice.")
        found[name] = value
    return found


class RunArguments(click.Command):
    """A command whose arguments name runs, so that `-1` is the latest and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, after `-N` became `latest~N-1`."""
        return super().parse_args(ctx, [_renamed(argument) for argument in args])


def _renamed(argument: str) -> str:
    found = re.fullmatch(r"-([1-9][0-9]{0,5})", argument)
    return f"latest~{int(found[1]) - 1}" if found else argument
