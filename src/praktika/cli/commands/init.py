"""`praktika init`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from praktika.cli.console import Console, Ink
from praktika.cli.group import verbatim
from praktika.cli.jsonlines import say_json
from praktika.cli.options import json_option
from praktika.cli.scaffold import cloud as clouds
from praktika.cli.scaffold import files
from praktika.cli.scaffold.detect import TestCommand, main_branch, test_command
from praktika.cli.scaffold.detect import repository as found_repository
from praktika.errors import OperatorError
from praktika.wiring.checkout import Checkout, find_checkout

_NEXT = (
    ("praktika check", "find mistakes"),
    ("praktika plan", "see what would run"),
    ("praktika run", "run it"),
)
_NEXT_ON_AWS = (
    ("praktika infrastructure --deploy --plan", "see what it would be on AWS, and its price"),
    ("praktika infrastructure --deploy", "make it; docs/aws.md says what to have ready"),
)


@click.command(
    "init",
    **verbatim("""
Writes ci/workflows/pull_request.py, ci/settings/settings.py and a line in .gitignore. What is
there already is left alone.

With --aws also ci/infrastructure/projects.py and ci/settings/aws.py, for a CI of your own on AWS:

  praktika init --aws eu-central-1 --account 123456789012
"""),
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take what is found.")
@click.option("--aws", "region", metavar="REGION", help="Declare a CI of your own in this region.")
@click.option("--account", metavar="ID", help="The AWS account that it is for, 12 digits.")
@click.option("--repository", metavar="OWNER/NAME", help="On GitHub; that of `origin` otherwise.")
@click.option("--public", is_flag=True, help="Let anybody read its reports.")
@json_option('Ask nothing, write {"created", "kept", "next"}.')
@click.pass_obj
def command(
    console: Console,
    /,
    *,
    yes: bool,
    region: str | None,
    account: str | None,
    repository: str | None,
    public: bool,
    as_json: bool,
) -> int:
    """Set up a first pipeline in this folder, which runs at once."""
    place = find_checkout()
    cloud = _cloud(place.root, region, account, repository, is_public=public)
    tests, name = test_command(place.root), "Pull request"
    if not (yes or as_json):
        name, tests = _ask(console, name, tests)
    scaffold = _Scaffold(place.root)
    try:
        _write(scaffold, place, name, tests)
        if cloud is not None:
            scaffold.write(clouds.SETTINGS, clouds.settings_file(cloud))
            scaffold.write(clouds.PROJECTS, clouds.projects_file(cloud))
    except OSError as error:
        raise OperatorError(f"cannot write {error.filename}: {error.strerror}") from error
    following = (*_NEXT, *_NEXT_ON_AWS) if cloud is not None else _NEXT
    if as_json:
        steps = [step for step, _ in following]
        say_json(console, {"created": scaffold.created, "kept": scaffold.kept, "next": steps})
    else:
        _tell(console, place, scaffold, tests)
        console.say("")
        console.say("Next:")
        width = max(len(step) for step, _ in following)
        for step, purpose in following:
            console.say(f"  {step:<{width}}  ", Ink(purpose, "dim"))
    return 0


def _cloud(
    root: Path, region: str | None, account: str | None, repository: str | None, *, is_public: bool
) -> clouds.Cloud | None:
    """What is to be declared on AWS; None if nothing is.

    Raises:
        UsageError: something is missing, or cannot be right.
    """
    if region is None:
        if account is not None or repository is not None or is_public:
            raise click.UsageError("--account, --repository and --public go with --aws REGION.")
        return None
    if not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
        raise click.UsageError(f"'{region}' is no region of AWS, such as eu-central-1.")
    if account is None or not re.fullmatch(r"\d{12}", account):
        raise click.UsageError(
            "--account takes the 12 digits of your account; "
            "`aws sts get-caller-identity` shows them."
        )
    served = repository or found_repository(root)
    if not re.fullmatch(r"[A-Za-z0-9-]{1,39}/[A-Za-z0-9._-]{1,100}", served):
        raise click.UsageError("--repository takes the repository's OWNER/NAME on GitHub.")
    return clouds.Cloud(
        project=served.partition("/")[2],
        account=account,
        region=region,
        repository=served,
        is_public=is_public,
    )


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


def _tell_tests(console: Console, created: Sequence[str], tests: TestCommand | None) -> None:
    if files.WORKFLOW not in created:
        return
    if tests is None:
        console.say("       no tests were found here; it says hello instead")
    else:
        console.say(f"       its tests are run with `{tests.line}` ({tests.because})")
