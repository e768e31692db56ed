"""`praktika workflows`."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import click
import msgspec

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.cli.server import chosen_server
from praktika.cli.tables import tables_of
from praktika.cli.view.words import moment
from praktika.engine.routing.schedule import next_time
from praktika.errors import AuthorError
from praktika.model.routes import Input, Route, RoutingTable
from praktika.wiring.checkout import compile_declaration, find_checkout

_TIMES = 3


@click.command(
    "workflows",
    **verbatim("""
  praktika workflows                                    of the code that is here
  praktika --server https://ci.example.com workflows    of the main branches, as served
"""),
)
@click.option(
    "--repository", metavar="OWNER/NAME", default="", help="Of this one; by default, of all."
)
@json_option('Write {"workflows": [...]} instead.')
@click.pass_obj
def command(console: Console, /, *, repository: str, as_json: bool) -> int:
    """List the workflows, and what starts each: events, times, people."""
    server = chosen_server()
    tables = _of_server(server) if server else _of_checkout()
    tables = tables_of(tables, repository)
    if as_json:
        say_json(console, {"workflows": [_as_data(*pair) for pair in _routes(tables)]})
        return 0
    for table in tables:
        _show(console, table)
    return 0


def _of_server(server: str) -> list[RoutingTable]:
    found: list[RoutingTable] = (
        importlib.import_module("praktika.wiring.remote.server").open_workflows(server).tables()
    )
    return found


def _of_checkout() -> list[RoutingTable]:
    place = find_checkout()
    compilation = compile_declaration(place.root, place.facts)
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    facts = place.facts
    return [
        RoutingTable(
            repository=facts.repository, sha=facts.sha, at=time.time(), routes=compilation.routes
        )
    ]


def _routes(tables: Sequence[RoutingTable]) -> Iterator[tuple[RoutingTable, Route]]:
    return ((table, route) for table in tables for route in table.routes)


def _times(route: Route) -> Iterator[float]:
    """When its schedules are due, from now on."""
    at = time.time()
    while math.isfinite(at := next_time(route.schedules, at)):
        yield at


def _as_data(table: RoutingTable, route: Route) -> dict[str, Any]:
    known = {name: getattr(route, name) for name in route.__struct_fields__}
    return {
        **known,
        "repository": table.repository,
        "sha": table.sha,
        "inputs": [
            {name: getattr(each, name) for name in each.__struct_fields__} for each in route.inputs
        ],
        "next": list(islice(_times(route), _TIMES)),
    }


def _show(console: Console, table: RoutingTable) -> None:
    commit = f" at {table.sha[:10]}" if table.sha else ""
    console.say(Ink(one_line(table.repository), "bold"), commit)
    if table.problems:
        console.say("  ", Ink("the main branch has errors: ", "red"), one_line(table.problems, 400))
    for route in table.routes:
        console.say("  ", one_line(route.workflow), Ink(f"  {route.event}", "dim"))
        for title, text in _lines(route):
            console.say(Ink(f"    {title:<10}", "dim"), one_line(text, 400))


def _lines(route: Route) -> list[tuple[str, str]]:
    lines = [
        ("branches", ", ".join(route.branches)),
        ("into", ", ".join(route.base_branches)),
        ("paths", ", ".join(route.paths)),
        ("schedule", ", ".join(f"'{line}'" for line in route.schedules)),
        ("next", ", ".join(moment(at) for at in islice(_times(route), _TIMES))),
        *(("input", _input(each)) for each in route.inputs),
    ]
    return [(title, text) for title, text in lines if text]


def _input(declared: Input) -> str:
    kind = ", ".join(declared.options) if declared.options else declared.kind
    default = f", by default {msgspec.json.encode(declared.default).decode()}"
    parts = [
        f"{declared.name}  ({kind}{', required' if declared.required else ''}",
        default if declared.default is not None else "",
        f")  {declared.description}",
    ]
    return "".join(parts).rstrip()
