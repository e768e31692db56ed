"""`praktika init`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from praktika.cli.console import Console, Ink
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.cli.scaffold import files
from praktika.cli.scaffold.detect import TestCommand, main_branch, test_command
from praktika.errors import OperatorError
from praktika.wiring.checkout import Checkout, find_checkout

_NEXT = (
    ("praktika check", "find mistakes"),
    ("praktika plan", "see what would run"),
    ("praktika run", "run it"),
)


@click.command(
    "init",
    **verbatim("""
Writes ci/workflows/pull_request.py, ci/settings/settings.py and a line in .gitignore. What is
there already is left alone.
"""),
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take what is found.")
@json_option('Ask nothing, write {"created", "kept", "next"}.')
@click.pass_obj
def command(console: Console, /, *, yes: bool, as_json: bool) -> int:
    """Set up a first pipeline in this folder, which runs at once."""
    place = find_checkout()
    tests, name = test_command(place.root), "Pull request"
    if not (yes or as_json):
        name, tests = _ask(console, name, tests)
    scaffold = _Scaffold(place.root)
    try:
        _write(scaffold, place, name, tests)
    except OSError as error:
        raise OperatorError(f"cannot write {error.filename}: {error.strerror}") from error
    if as_json:
        steps = [step for step, _ in _NEXT]
        say_json(console, {"created": scaffold.created, "kept": scaffold.kept, "next": steps})
    else:
        _tell(console, place, scaffold, tests)
    return 0


def _ask(console: Console, name: str, tests: TestCommand | None) -> tuple[str, TestCommand | None]:
    name = console.ask("Name of the workflow", name)
    line = console.ask("Command that runs the tests, if any", tests.line if tests else "")
    if tests is None or line != tests.line:
        tests = TestCommand(line, "your answer") if line else None
    return name, tests


@dataclass(slots=True)
class _Scaffold:
    """Writes files where there are none yet.

    Attributes:
        root: of the repository.
        created: names of the files written or extended.
        kept: names of those that were there.
    """

    root: Path
    created: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            self.kept.append(name)
        else:
            self.created.append(name)

    def extend(self, name: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8", errors="surrogateescape") if path.exists() else ""
        lines = files.ignore_lines(text.splitlines())
        if not lines:
            self.kept.append(name)
            return
        gap = "\n" if text and not text.endswith("\n") else ""
        with path.open("a", encoding="utf-8") as file:
            file.write(gap + "\n".join(lines) + "\n")
        self.created.append(name)


def _write(scaffold: _Scaffold, place: Checkout, name: str, tests: TestCommand | None) -> None:
    branch = main_branch(place.root, place.facts.branch)
    others = sorted(path.name for path in (place.root / "ci/workflows").glob("*.py"))
    if others:
        scaffold.kept.extend(f"ci/workflows/{other}" for other in others)
    else:
        scaffold.write(files.WORKFLOW, files.workflow_file(name, branch, tests))
    scaffold.write(files.SETTINGS, files.settings_file(branch))
    scaffold.extend(files.IGNORE)


def _tell(
    console: Console, place: Checkout, scaffold: _Scaffold, tests: TestCommand | None
) -> None:
    for kind, style, names in (
        ("wrote", "green", scaffold.created),
        ("kept", "dim", scaffold.kept),
    ):
        for name in names:
            console.say(Ink(f"{kind:<6}", style), name)
    _tell_tests(console, scaffold.created, tests)
    if place.git_dir is None:
        console.note(
            Ink("note: ", "dim"),
            "this is no git repository; praktika takes all files. `git init` makes it one.",
        )
    console.say("")
    console.say("Next:")
    for step, purpose in _NEXT:
        console.say(f"  {step:<16}", Ink(purpose, "dim"))


def _tell_tests(console: Console, created: Sequence[str], tests: TestCommand | None) -> None:
    if files.WORKFLOW not in created:
        return
    if tests is None:
        console.say("       no tests were found here; it says hello instead")
    else:
        console.say(f"       its tests are run with `{tests.line}` ({tests.because})")
