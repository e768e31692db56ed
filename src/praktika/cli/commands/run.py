"""`praktika run`."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Sequence
from functools import partial

import click

from praktika.cli.ahead import Ahead
from praktika.cli.console import Console, Ink
from praktika.cli.group import verbatim
from praktika.cli.naming import Wanted, listed, started_by_pull_request, wanted
from praktika.cli.options import json_option
from praktika.cli.user import processors, user
from praktika.cli.view.problems import tally
from praktika.engine.choice.images import without_images
from praktika.errors import AuthorError
from praktika.model.plan import Compilation
from praktika.model.routes import Input
from praktika.wiring.checkout import (
    Checkout,
    compile_declaration,
    find_checkout,
    with_changes,
    with_inputs,
)


@click.command(
    "run",
    **verbatim("""
NAME is a workflow or a job. A job runs with the jobs whose output it requires. Any case will
do, an alias, and a part of the name that no other job has; with a * it may mean several.

  praktika run                        the workflows that a pull request would start
  praktika run 'Unit tests' lint      two jobs
  praktika run 'tests (*'             all jobs whose names contain "tests ("
  praktika run --workflow Nightly     a workflow, whatever starts it
  praktika run --base main            only what the changes since main concern

Ctrl-C cancels: jobs are stopped, the report is written. A second one stops the jobs that always
run, too; a third one leaves at once.
"""),
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--workflow", metavar="NAME", default="", help="Look for jobs in this workflow only.")
@click.option(
    "-j",
    "--jobs",
    "workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="How many jobs run at a time. Default: one for each processor.",
)
@click.option(
    "--no-docker", is_flag=True, help="Run commands of containers on this machine instead."
)
@click.option(
    "--detach", is_flag=True, help="Leave it to `praktika orchestrator`; say only its id."
)
@click.option(
    "--fetch",
    is_flag=True,
    help="With --detach: let runners fetch the commit from `origin`; no copy is stored.",
)
@click.option(
    "--delivery",
    metavar="ID",
    default="",
    help="With --detach: names this request, so that the same one begins nothing again.",
)
@click.option(
    "--base",
    metavar="REF",
    default="",
    help="Leave out jobs that the changes since REF do not concern, as for a pull request.",
)
@click.option("--no-cache", is_flag=True, help="Take no outcomes of earlier runs.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing before the end.")
@json_option("Write what happens as JSON lines; the last one tells the outcome.", expose=False)
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    names: tuple[str, ...],
    workflow: str,
    workers: int | None,
    no_docker: bool,
    detach: bool,
    fetch: bool,
    delivery: str,
    base: str,
    no_cache: bool,
    quiet: bool,
) -> int:
    """Run workflows or jobs on this machine, and write a report."""
    if delivery and not detach:
        raise click.UsageError("--delivery goes with --detach.")
    if fetch and not detach:
        raise click.UsageError("--fetch goes with --detach.")
    if detach and (no_docker or workers):
        raise click.UsageError("--detach goes neither with --no-docker nor with --jobs.")
    place = find_checkout()
    if base:
        place = with_changes(place, base)
    with Ahead(partial(compile_declaration, place.root, place.facts)) as compiling:
        # Half of what a run imports is loaded while the declaration compiles in its own process.
        session = importlib.import_module("praktika.cli.running")
        compilation = compiling.result()
    if any(problem.severity == "error" for problem in compilation.problems):
        raise AuthorError(compilation.problems)
    chosen = _chosen(compilation, names, workflow)
    if given := os.environ.get("PRAKTIKA_INPUTS"):
        place = with_inputs(place, given, _declared(compilation, chosen))
    if no_docker:
        chosen = [_without_containers(one) for one in chosen]
    _note(console, place, compilation)
    running = session.Running(
        console=console,
        place=place,
        stores=session.open_stores(place.root),
        by=user(),
        workers=workers or processors(),
        quiet=quiet,
        no_cache=no_cache or os.environ.get("DISABLE_CI_CACHE") == "1",
    )
    if detach:
        return max([int(running.submit(one, delivery, fetch=fetch)) for one in chosen])
    return max(_codes(running.run, chosen))


def _chosen(compilation: Compilation, names: Sequence[str], workflow: str) -> list[Wanted]:
    if names or workflow:
        return wanted(compilation.plans, names, workflow)
    base = str(compilation.settings.get("MAIN_BRANCH") or "main")
    chosen = started_by_pull_request(compilation.plans, base)
    if not chosen:
        there = listed(plan.workflow for plan in compilation.plans)
        raise AuthorError(
            text=f"No workflow is started by a pull request into '{base}'. "
            f"Name what to run; there are the workflows {there}."
        )
    return chosen


def _declared(compilation: Compilation, chosen: Sequence[Wanted]) -> list[Input]:
    """The inputs that the workflows ask for."""
    names = {one.plan.workflow for one in chosen}
    return [it for route in compilation.routes if route.workflow in names for it in route.inputs]


def _without_containers(one: Wanted) -> Wanted:
    """The same jobs outside of containers; images are neither needed nor built."""
    plan = without_images(one.plan)
    keys = {job.key for job in plan.jobs}
    return Wanted(plan, tuple(key for key in one.only if key in keys))


def _codes(run: Callable[[Wanted], tuple[int, bool]], chosen: Sequence[Wanted]) -> list[int]:
    """The exit codes of the runs, one after another; a cancel leaves out the rest."""
    codes = []
    for one in chosen:
        code, is_cancelled = run(one)
        codes.append(code)
        if is_cancelled:
            break
    return codes


def _note(console: Console, place: Checkout, compilation: Compilation) -> None:
    for note in place.notes:
        console.note(Ink("note: ", "dim"), note)
    if compilation.problems:
        console.note(
            Ink("note: ", "dim"), f"{tally(compilation.problems)}; `praktika check` shows them"
        )
