"""The files of a first pipeline. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from praktika.cli.scaffold.detect import TestCommand

WORKFLOW = "ci/workflows/pull_request.py"
SETTINGS = "ci/settings/settings.py"
IGNORE = ".gitignore"
IGNORED = "ci/tmp/"

_HEAD = '''\
"""What a pull request starts. `praktika plan` shows it, `praktika run` runs it here."""

from praktika import Artifact, Job, Workflow

# Files that one job leaves for others. Jobs share nothing else: each runs in a folder of its own,
# a copy of this repository.
greeting = Artifact(name="greeting", path="ci/tmp/greeting.txt")

# A job is any command for bash. Exit code 0 is OK, any other a failure.
hello = Job(
    name="Hello",
    runs_on=["linux"],
    command="mkdir -p ci/tmp && echo 'Hello, world!' > ci/tmp/greeting.txt",
    provides=[greeting.name],
)

# What it requires is there before it starts. `praktika run reader` runs both jobs.
reader = Job(
    name="Reader",
    runs_on=["linux"],
    command="grep world ci/tmp/greeting.txt",
    requires=[greeting.name],
    timeout=60,
)
'''

_TESTS = """
# The tests of this project.{reports_comment}
tests = Job(
    name="Tests",
    runs_on=["linux"],
    command={line},{reports}
    timeout=30 * 60,
)
"""

_NO_TESTS = """
# One declaration, several jobs: "Count (1)" and "Count (2)".
counts = Job(
    name="Count",
    runs_on=["linux"],
    command="seq {PARAMETER}",
).parametrize(
    Job.ParamSet(parameter=1),
    Job.ParamSet(parameter=2),
)
"""

_TAIL = """
WORKFLOWS = [
    Workflow(
        name={name},
        event=Workflow.Event.PULL_REQUEST,
        base_branches=[{branch}],
        jobs=[{jobs}],
        artifacts=[greeting],
    )
]
"""

_SETTINGS = '''\
"""Settings of the pipelines."""

# Pull requests into this branch are what `praktika run` stands for.
MAIN_BRANCH = {branch}
'''


def workflow_file(name: str, branch: str, tests: TestCommand | None) -> str:
    """The text of the workflow file.

    Args:
        name: of the workflow.
        branch: that pull requests go into.
        tests: how the project's tests are run, or None.
    """
    jobs = ["hello", "reader", "tests"] if tests else ["hello", "reader", "*counts"]
    tail = _TAIL.format(name=_quoted(name), branch=_quoted(branch), jobs=", ".join(jobs))
    return _HEAD + (_tests(tests) if tests else _NO_TESTS) + tail


def settings_file(branch: str) -> str:
    """The text of the settings file."""
    return _SETTINGS.format(branch=_quoted(branch))


def ignore_lines(present: Sequence[str]) -> list[str]:
    """The lines that the ignore file with these lines lacks."""
    known = {line.strip().strip("/") for line in present}
    return [] if IGNORED.strip("/") in known else [IGNORED]


def _tests(tests: TestCommand) -> str:
    return _TESTS.format(
        line=_quoted(f"mkdir -p ci/tmp && {tests.line}" if tests.reports else tests.line),
        reports=f"\n    test_reports={_quoted(tests.reports)}," if tests.reports else "",
        reports_comment=" Each test of the report becomes part of the Result."
        if tests.reports
        else "",
    )


def _quoted(text: str) -> str:
    # JSON's strings are Python's too.
    return json.dumps(text, ensure_ascii=not text.isprintable())
