"""`praktika plan`."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import click

from praktika.cli.console import Console, Ink, one_line
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.naming import Wanted, wanted
from praktika.cli.options import json_option
from praktika.cli.view.words import count
from praktika.engine.select import select
from praktika.errors import AuthorError
from praktika.model.plan import Job, Need, Plan
from praktika.wiring.checkout import compile_declaration, find_checkout


@click.command(
    "plan",
    **verbatim("""
NAME is as for `praktika run`; without any, all workflows are shown.

  praktika plan                 everything
  praktika plan 'Unit tests'    what `praktika run 'Unit tests'` would run
"""),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@json_option('Write {"workflows": [...]} instead.')
@click.pass_obj
def command(console: Console, /, *, names: tuple[str, ...], as_json: bool) -> int:
    """Show what would run, in which order, and why; nothing is run."""
    compilation = compile_declaration(find_checkout().root)
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    every = [Wanted(plan) for plan in compilation.plans]
    chosen = wanted(compilation.plans, names) if names else every
    plans = [select(one.plan, one.only) for one in chosen]
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
                Ink(f"    {job.decision:<4}", "green" if runs else "dim"),
                f"  {names[job.key]:<{width}}  {reason(job)}",
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
    return Ink(f"\n{'':{width}}            {text}", "dim")
