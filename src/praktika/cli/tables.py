"""The workflows of routing tables that a name on the command line means."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.cli.naming import listed
from praktika.errors import AuthorError
from praktika.model.routes import Route, RoutingTable
from praktika.pipeline.suggest import did_you_mean

DISPATCH = "dispatch"


def tables_of(tables: Sequence[RoutingTable], repository: str) -> list[RoutingTable]:
    """The table of that repository, in any case; all of them for "".

    Raises:
        AuthorError: there is none.
    """
    if not repository:
        return list(tables)
    found = [table for table in tables if table.repository.casefold() == repository.casefold()]
    if found:
        return found
    names = [table.repository for table in tables]
    hint = did_you_mean(repository, names)
    there = f"There are {listed(names)}." if names else "There are none."
    parts = [f"There is no repository '{repository}'.", hint, there]
    raise AuthorError(text=" ".join(part for part in parts if part))


def dispatched(
    tables: Sequence[RoutingTable], workflow: str, *, any_event: bool = False
) -> tuple[RoutingTable, Route]:
    """The one workflow of that name, in any case, that can be dispatched.

    Args:
        tables: where to look.
        workflow: its name.
        any_event: take one that is not for that, too, if there is no other: somebody else decides.

    Raises:
        AuthorError: there is none, or there are several.
    """
    every = [(table, route) for table in tables for route in table.routes]
    named = [pair for pair in every if pair[1].workflow.casefold() == workflow.casefold()]
    found = [pair for pair in named if pair[1].event == DISPATCH] or (named if any_event else [])
    if len(found) == 1:
        return found[0]
    if found:
        places = listed(table.repository for table, _ in found)
        raise AuthorError(
            text=f"'{workflow}' is a workflow of {places}. Choose one with --repository."
        )
    if named:
        raise AuthorError(
            text=f"'{named[0][1].workflow}' is started by {named[0][1].event}, not by hand: "
            "its event would have to be Workflow.Event.DISPATCH."
        )
    raise AuthorError(text=_unknown(workflow, tables, every))


def _unknown(
    workflow: str, tables: Sequence[RoutingTable], every: Sequence[tuple[RoutingTable, Route]]
) -> str:
    names = [route.workflow for _, route in every if route.event == DISPATCH]
    there = f"Those started by hand are {listed(names)}." if names else "None is started by hand."
    broken = listed(table.repository for table in tables if table.problems)
    wrong = f"The main branch of {broken} has errors." if broken else ""
    parts = [f"There is no workflow '{workflow}'.", did_you_mean(workflow, names), there, wrong]
    return " ".join(part for part in parts if part)
