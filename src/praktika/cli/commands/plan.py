"""`praktika plan`."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import click
import msgspec

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.naming import Wanted, wanted
from praktika.cli.options import json_option
from praktika.cli.plan_diff import show_changes
from praktika.cli.view.words import count
from praktika.errors import AuthorError
from praktika.model.plan import Job, Need, Plan
from praktika.wiring.checkout import compile_declaration, find_checkout, with_changes
from praktika.wiring.plans.planning import forecast


@click.command(
    "plan",
    **verbatim("""
NAME is as for `praktika run`; without any, all workflows are shown.

  praktika plan                     everything
  praktika plan 'Unit tests'        what `praktika run 'Unit tests'` would run
  praktika plan --base main         what a pull request into main would run
  praktika plan --diff main HEAD    which jobs have another key than on main, and why
"""),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--base",
    metavar="REF",
    default="",
    help="Leave out jobs that the changes since REF do not concern, as for a pull request.",
)
@click.option("--no-cache", is_flag=True, help="Take no outcomes of earlier runs.")
@click.option(
    "--diff",
    metavar="OLD NEW",
    nargs=2,
    default=None,
    help="Compare the keys of the jobs at two commits instead.",
)
@json_option('Write {"workflows": [...]} instead.')
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    names: tuple[str, ...],
    base: str,
    no_cache: bool,
    diff: tuple[str, str] | None,
    as_json: bool,
) -> int:
    """Show what would run, in which order, and why; nothing is run."""
    place = find_checkout()
    if diff is not None:
        if base or no_cache:
            raise click.UsageError("--diff goes neither with --base nor with --no-cache.")
        show_changes(console, place, diff, names, as_json=as_json)
        return 0
    if base:
        place = with_changes(place, base)
    compilation = compile_declaration(place.root, place.facts)
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    every = [Wanted(plan) for plan in compilation.plans]
    chosen = wanted(compilation.plans, names) if names else every
    plans = [forecast(place, one.plan, one.only, no_cache=no_cache) for one in chosen]
    if as_json:
        say_json(console, {"workflows": [_as_data(plan) for plan in plans]})
    else:
        for number, plan in enumerate(plans):
            if number:
                console.say("")
            _show(console, plan)
    return 0


def levels(plan: Plan) -> dict[str, int]:
    """How many jobs each job waits for, one after another: 1 for those that wait for none."""
    depth: dict[str, int] = {}
    for job in plan.jobs:  # needs come before their dependents
        depth[job.key] = 1 + max((depth[need.job] for need in job.needs), default=0)
    return depth


def reason(job: Job) -> str:
    """Why the job would run, or not."""
    if job.reason:
        return job.reason
    if job.decision == "skip":
        return "no reason was given"
    if job.always_run:
        return "runs always, whatever becomes of the jobs before it"
    return "part of the workflow"


def _as_data(plan: Plan) -> dict[str, Any]:
    names = {job.key: job.name for job in plan.jobs}
    depth = levels(plan)
    jobs = [
        {
            "name": job.name,
            "needs": [names[need.job] for need in job.needs],
            "decision": job.decision,
            "reason": reason(job),
            "miss": job.miss,
            "origin": msgspec.to_builtins(job.origin),
            "digest": job.digest,
            "parts": job.parts,
            "level": depth[job.key],
            "key": job.key,
            "runs_on": job.runs_on,
            "requires": job.requires,
            "provides": job.provides,
            "where": job.where,
        }
        for job in plan.jobs
    ]
    return {"name": plan.workflow, "event": plan.event, "where": plan.where, "jobs": jobs}


def _show(console: Console, plan: Plan) -> None:
    jobs = count(len(plan.jobs), "job")
    console.say(Ink(one_line(plan.workflow), "bold"), f"  ({plan.event}, {jobs})  {plan.where}")
    names = {job.key: one_line(job.name) for job in plan.jobs}
    depth = levels(plan)
    width = min(40, max((len(name) for name in names.values()), default=0))
    ordered = sorted(plan.jobs, key=lambda job: depth[job.key])
    for level, group in groupby(ordered, key=lambda job: depth[job.key]):
        console.say(Ink(f"  level {level}", "dim"))
        for job in group:
            runs = job.decision == "run"
            console.say(
                Ink(f"    {job.decision:<5}", "green" if runs else "dim"),
                f"  {names[job.key]:<{width}}  {one_line(reason(job), 400)}",
                *([_below(f"not reused: {one_line(job.miss, 400)}", width)] if job.miss else []),
                *(_waits(names, need, width) for need in job.needs),
            )


def _waits(names: dict[str, str], need: Need, width: int) -> Ink:
    job = names[need.job]
    match need.kind:
        case "artifact":
            text = f"needs {', '.join(need.artifacts)} of {job}"
        case "job":
            text = f"needs {job}"
        case "order":
            text = f"after {job}"
    return _below(text, width)


def _below(text: str, width: int) -> Ink:
    return Ink(f"\n{'':{width}}             {text}", "dim")
