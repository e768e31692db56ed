"""`praktika check`."""

from __future__ import annotations

import click

from praktika.cli.console import Console, Ink
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.cli.view.problems import fields, show_problem, tally
from praktika.cli.view.words import count
from praktika.errors import AuthorError
from praktika.model.plan import Compilation
from praktika.wiring.checkout import compile_declaration, find_checkout


@click.command(
    "check",
    **verbatim("""
Problems go to stderr as `file:line: code: text`, the verdict to stdout. Exit code 2 if there is
an error; warnings stop nothing.
"""),
)
@json_option('Write {"ok", "problems", "workflows"} instead.')
@click.pass_obj
def command(console: Console, /, *, as_json: bool) -> int:
    """Find every problem in the pipelines, without running anything."""
    compilation = compile_declaration(find_checkout().root)
    is_ok = all(problem.severity == "warning" for problem in compilation.problems)
    if as_json:
        verdict = {
            "ok": is_ok,
            "problems": [fields(problem) for problem in compilation.problems],
            "workflows": [plan.workflow for plan in compilation.plans],
        }
        say_json(console, verdict)
    else:
        _show(console, compilation, is_ok=is_ok)
    return 0 if is_ok else AuthorError.exit_code


def _show(console: Console, compilation: Compilation, *, is_ok: bool) -> None:
    for problem in compilation.problems:
        show_problem(console, problem)
    workflows = count(len(compilation.plans), "workflow")
    jobs = count(sum(len(plan.jobs) for plan in compilation.plans), "job")
    found = f", {tally(compilation.problems)}" if compilation.problems else ""
    if is_ok:
        console.say(Ink("OK", "green"), f": {workflows}, {jobs}{found}")
    else:
        console.say(Ink("FAIL", "bold red"), f": {tally(compilation.problems)}")
