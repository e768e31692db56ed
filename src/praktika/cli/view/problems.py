"""Problems of a declaration, as compilers and editors write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from praktika.cli.console import Console, Ink
from praktika.cli.view.words import count
from praktika.model.problem import Problem


def show_problems(console: Console, problems: Sequence[Problem]) -> None:
    """Write each problem to stderr, `file:line: code: text hint`, and how many there are."""
    for problem in problems:
        show_problem(console, problem)
    console.note(Ink("praktika: ", "bold red"), f"the pipelines have {tally(problems)}")


def show_problem(console: Console, problem: Problem) -> None:
    """Write one problem to stderr."""
    where = f"{problem.file}:{problem.line}" if problem.line else problem.file
    is_warning = problem.severity == "warning"
    label = f"warning: {problem.code}" if is_warning else problem.code
    hint = f" {problem.hint}" if problem.hint else ""
    style = "yellow" if is_warning else "red"
    console.note(Ink(where, "bold"), ": ", Ink(label, style), ": ", f"{problem.text}{hint}")


def tally(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`."""
    warnings = sum(problem.severity == "warning" for problem in problems)
    errors = len(problems) - warnings
    parts = [count(errors, "error")] if errors else []
    if warnings:
        parts.append(count(warnings, "warning"))
    return ", ".join(parts) or "no problems"


def fields(problem: Problem) -> dict[str, Any]:
    """The problem for programs, with every field, also those that have their default."""
    return {name: getattr(problem, name) for name in problem.__struct_fields__}
