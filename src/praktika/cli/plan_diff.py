"""`praktika plan --diff`: the keys of the jobs at two commits, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.jsonlines import say_json
from praktika.cli.naming import wanted
from praktika.cli.view.words import count
from praktika.engine.choice.compare import Change
from praktika.wiring.checkout import Checkout
from praktika.wiring.plans.planning import changes_between

_INK = {"new": "green", "gone": "red", "differs": "yellow", "unknown": "dim", "same": "dim"}


def show_changes(
    console: Console, place: Checkout, refs: tuple[str, str], names: Sequence[str], *, as_json: bool
) -> None:
    """Show which jobs would not take the outcome of the older commit at the newer one, and why.

    Raises:
        AuthorError: a declaration has errors, a name or a commit means nothing.
    """
    old, new = refs
    compared = changes_between(place, old, new)
    chosen = {one.plan.workflow: one for one in wanted(compared.plans, names)} if names else None
    flows: list[tuple[str, list[Change]]] = []
    for workflow, changes in compared.changes.items():
        if chosen is not None and workflow not in chosen:
            continue
        only = chosen[workflow].only if chosen else ()
        asked = {job.name for plan in compared.plans for job in plan.jobs if job.key in only}
        flows.append((workflow, [each for each in changes if not only or each.job in asked]))
    if as_json:
        say_json(console, {"old": compared.old, "new": compared.new, "workflows": _data(flows)})
        return
    for workflow, changes in flows:
        _show(console, workflow, changes)


def _data(flows: Sequence[tuple[str, list[Change]]]) -> list[dict[str, Any]]:
    return [
        {
            "name": workflow,
            "jobs": [{"name": one.job, "change": one.kind, "why": one.why} for one in changes],
        }
        for workflow, changes in flows
    ]


def _show(console: Console, workflow: str, changes: Sequence[Change]) -> None:
    other = [change for change in changes if change.kind != "same"]
    same = count(len(changes) - len(other), "job")
    console.say(Ink(one_line(workflow), "bold"), f"  {same} with the same key")
    for change in other:
        why = f"  {one_line('; '.join(change.why), 400)}" if change.why else ""
        console.say(Ink(f"  {change.kind:<7}", _INK[change.kind]), f"  {one_line(change.job)}{why}")
