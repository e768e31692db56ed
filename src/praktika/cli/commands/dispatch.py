"""`praktika dispatch`."""

from __future__ import annotations

import importlib
import secrets
import time
from collections.abc import Mapping
from typing import Any

import click

from praktika.cli.console import Console, one_line
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import input_values, json_option
from praktika.cli.server import chosen_server
from praktika.cli.tables import dispatched, tables_of
from praktika.cli.user import user
from praktika.engine.routing.inputs import checked
from praktika.model.notices import Dispatched
from praktika.wiring.checkout import find_checkout
from praktika.wiring.remote.dispatch import known_table, send_dispatch
from praktika.wiring.stores import open_stores


@click.command(
    "dispatch",
    **verbatim("""
WORKFLOW is the name of one whose event is `dispatch`, in any case; `praktika workflows` lists
them. The code is that of the branch as the forge has it, not what is here.

  praktika dispatch Release --input version=1.2 --input dry_run=yes
  praktika --server https://ci.example.com dispatch Release --branch stable
"""),
)
@click.argument("workflow", metavar="WORKFLOW")
@click.option("--branch", metavar="B", default="", help="Whose code. Default: the main branch.")
@click.option(
    "--input", "inputs", metavar="NAME=VALUE", multiple=True, help="A value that it asks for."
)
@click.option(
    "--repository", metavar="OWNER/NAME", default="", help="Whose workflow, if that is not clear."
)
@click.option(
    "--as", "login", metavar="LOGIN", default="", help="Without a server: who asks, for the forge."
)
@json_option('Write {"repository", "workflow", "branch", "inputs", "run"} instead.')
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    workflow: str,
    branch: str,
    inputs: tuple[str, ...],
    repository: str,
    login: str,
    as_json: bool,
) -> int:
    """Ask for a run of a workflow that people start."""
    server, given = chosen_server(), input_values(inputs)
    if server and login:
        raise click.UsageError("--as is without a server; a server knows you by your token.")
    asked = (
        _of_server(server, repository, workflow, branch, given)
        if server
        else _of_installation(repository, workflow, branch, given, login=login or user())
    )
    if as_json:
        say_json(console, asked)
    elif asked["run"]:
        console.say(f"run {asked['run']} was asked for; `praktika runs --watch` shows it")
    else:
        what = f"'{one_line(asked['workflow'])}' of {asked['repository']}"
        console.say(f"{what} was asked for; `praktika runs` shows it once the forge agrees")
    return 0


def _of_server(
    server: str, repository: str, workflow: str, branch: str, given: Mapping[str, str]
) -> dict[str, Any]:
    workflows = importlib.import_module("praktika.wiring.remote.server").open_workflows(server)
    tables = tables_of(workflows.tables(), repository)
    table, route = dispatched(tables, workflow, any_event=True)
    values = checked(route.inputs, given)
    run = workflows.dispatch(table.repository, route.workflow, branch=branch, inputs=values)
    return _told(table.repository, route.workflow, branch, inputs=values, run=run)


def _of_installation(
    repository: str, workflow: str, branch: str, given: Mapping[str, str], *, login: str
) -> dict[str, Any]:
    place = find_checkout()
    stores = open_stores(place.root)
    table = known_table(stores, repository or place.facts.repository)
    table, route = dispatched([table], workflow)
    values = checked(route.inputs, given)
    notice = Dispatched(
        delivery=secrets.token_hex(8),
        repository=table.repository,
        sender=login,
        at=time.time(),
        workflow=route.workflow,
        branch=branch,
        inputs=values,
    )
    send_dispatch(stores, notice)
    return _told(table.repository, route.workflow, branch, inputs=values, run=None)


def _told(
    repository: str, workflow: str, branch: str, *, inputs: Mapping[str, Any], run: str | None
) -> dict[str, Any]:
    return {
        "repository": repository,
        "workflow": workflow,
        "branch": branch,
        "inputs": inputs,
        "run": run,
    }
