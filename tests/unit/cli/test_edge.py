"""Errors as words and exit codes."""

import json
from pathlib import Path

import click
import pytest
from tests.unit.cli.sample import console, no_environment

from praktika.cli.edge import explain
from praktika.errors import (
    Absent,
    AuthorError,
    Conflict,
    Denied,
    OperatorError,
    TransientError,
    Unavailable,
)
from praktika.model.problem import Problem
from praktika.model.wire import WireError

PROBLEMS = (
    Problem(
        file="ci/workflows/a.py", line=3, code="cycle", text="A waits for itself.", hint="Cut."
    ),
    Problem(file="ci/b.py", line=0, code="no-effect", text="Odd.", severity="warning"),
)


@pytest.fixture(autouse=True)
def _quiet(monkeypatch, tmp_path):
    no_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuthorError(text="no such job"), 2),
        (OperatorError("no git"), 3),
        (Denied("not yours"), 3),
        (Absent("not there"), 3),
        (Conflict("somebody else"), 1),
        (TransientError("later"), 4),
        (Unavailable("busy"), 4),
    ],
)
def test_an_expected_error_is_its_text_and_its_code(error, code):
    it, out, err = console()
    assert explain(it, error) == code
    assert err.text == f"praktika: {error}\n"
    assert out.text == ""


def test_problems_are_listed_and_counted():
    it, out, err = console()
    assert explain(it, AuthorError(PROBLEMS)) == 2
    assert err.lines == [
        "ci/workflows/a.py:3: cycle: A waits for itself. Cut.",
        "ci/b.py: warning: no-effect: Odd.",
        "praktika: the pipelines have 1 error, 1 warning",
    ]
    assert out.text == ""


def test_a_program_gets_the_same_as_one_line_of_json():
    it, out, _ = console()
    it.wants_json = True
    explain(it, AuthorError(PROBLEMS))
    told = json.loads(out.text)
    assert told["exit_code"] == 2
    assert [problem["severity"] for problem in told["problems"]] == ["error", "warning"]
    assert told["error"].startswith("ci/workflows/a.py:3: cycle")


def test_a_usage_error_says_where_help_is():
    it, _, err = console()
    context = click.Context(click.Command("run"), info_name="praktika run")
    assert explain(it, click.UsageError("No such option '--fool'.", context)) == 2
    assert err.lines == ["praktika: No such option '--fool'.", "  Try 'praktika run --help'."]


def test_an_interruption_is_no_error():
    it, _, err = console()
    assert explain(it, click.Abort()) == 130
    assert err.lines == ["praktika: interrupted"]


def caught(error: Exception) -> Exception:
    """The error with a traceback."""
    with pytest.raises(type(error)) as found:
        raise error
    return found.value


@pytest.mark.parametrize("has_state", [True, False])
def test_a_bug_is_one_line_and_a_file_with_the_traceback(tmp_path, has_state):
    if has_state:
        (tmp_path / ".praktika").mkdir()
    it, _, err = console()
    assert explain(it, caught(KeyError("x"))) == 70
    assert err.lines[0] == "praktika: KeyError: 'x'"
    assert "bug of praktika" in err.lines[1]
    path = Path(err.lines[2].removeprefix("  The traceback is in "))
    assert path.read_text().rstrip().endswith("KeyError: 'x'")
    assert (path.parent.name == ".praktika") is has_state
    assert "Traceback" not in err.text


def test_a_bug_of_the_world_is_the_surroundings():
    it, _, err = console()
    assert explain(it, caught(OSError(28, "No space left on device", "/x"))) == 3
    assert "No space left on device" in err.lines[0]
    assert explain(it, caught(WireError("result.json: odd"))) == 3


def test_debug_shows_the_traceback(monkeypatch):
    monkeypatch.setenv("PRAKTIKA_DEBUG", "1")
    it, _, err = console()
    assert explain(it, caught(OperatorError("no git"))) == 3
    assert err.lines[0] == "praktika: no git"
    assert "Traceback (most recent call last):" in err.lines


def test_nowhere_to_write_the_traceback_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "none"))
    it, _, err = console()
    assert explain(it, caught(ValueError("x"))) == 70
    assert "PRAKTIKA_DEBUG=1 shows it" in err.text
