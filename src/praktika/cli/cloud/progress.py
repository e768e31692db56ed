"""What a deploy tells, a line each, while it goes on."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.jsonlines import say_json

if TYPE_CHECKING:
    from praktika.infrastructure.deploying.progress import Tell, Told

_WIDTH = 32


def teller(console: Console, *, as_json: bool) -> Tell:
    """What shows each line, or writes it as JSON."""

    def tell(told: Told) -> None:
        if as_json:
            say_json(console, {name: it for name, it in asdict(told).items() if it})
        elif told.subject == "resource":
            _resource(console, told)
        elif told.subject == "note":
            console.note(Ink("note: ", "yellow"), told.text)
        else:
            console.say(Ink(told.text, "bold"))

    return tell


def _resource(console: Console, told: Told) -> None:
    failed = told.status.endswith("FAILED")
    console.say(
        Ink(f"  {told.status:<18}", "red" if failed else "green"),
        f"  {told.component or '-':<{_WIDTH}}  {told.logical} ",
        Ink(f"({told.kind})", "dim"),
        *([f"\n    {one_line(told.reason, 500)}"] if told.reason and failed else []),
    )
