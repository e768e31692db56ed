"""The group: quick help, suggestions, options that all share."""

import json
import subprocess
import sys

import pytest
from tests.unit.cli.sample import console

from praktika.cli.main import run
from praktika.version import VERSION


def words_of(capsys, *arguments: str) -> tuple[int, str, str]:
    it, out, err = console()
    code = run(it, arguments)
    printed = capsys.readouterr()
    return code, printed.out + out.text, printed.err + err.text


def test_help_loads_nothing_but_click():
    program = (
        "import sys\nfrom praktika.cli.main import run\n"
        "from praktika.cli.console import Console\n"
        "assert run(Console(sys.stdout, sys.stderr, {}), ['--help']) == 0\n"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    )
    modules = set(done.stdout.splitlines()[-1].split())
    assert not modules & {"rich", "structlog", "msgspec", "psutil", "sqlite3", "json"}
    own = {name for name in modules if name.startswith("praktika.")}
    assert own == {
        "praktika.cli", "praktika.cli.console", "praktika.cli.group", "praktika.cli.main",
        "praktika.cli.server", "praktika.version",
    }  # fmt: skip


@pytest.mark.parametrize("spelling", ["--help", "-h"])
def test_help_teaches(capsys, spelling):
    code, out, _ = words_of(capsys, spelling)
    assert code == 0
    assert "praktika init" in out
    assert "Exit codes: 0 OK" in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_version(capsys):
    assert words_of(capsys, "--version") == (0, f"praktika {VERSION}\n", "")


@pytest.mark.parametrize(("word", "meant"), [("chekc", "check"), ("lgos", "logs"), ("pan", "plan")])
def test_a_misspelt_command_gets_a_suggestion(capsys, word, meant):
    code, _, err = words_of(capsys, word)
    assert code == 2
    assert f"'{meant}'" in err


def test_a_misspelt_option_gets_a_suggestion(capsys):
    code, _, err = words_of(capsys, "run", "--worklfow", "x")
    assert code == 2
    assert "Did you mean '--workflow'?" in err
    assert "Try 'praktika run --help'." in err


def test_no_command_shows_the_help(capsys):
    code, out, err = words_of(capsys)
    assert code == 2
    assert "Usage: praktika" in out + err


@pytest.mark.parametrize("arguments", [("run", "--json", "-j", "0"), ("run", "-j", "0", "--json")])
def test_a_wrong_command_line_is_json_where_json_was_asked_for(capsys, arguments):
    code, out, _ = words_of(capsys, *arguments)
    assert code == 2
    assert json.loads(out)["exit_code"] == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("-C", "/nowhere/at/all", "runs"),
        ("run", "-j", "0"),
        ("run", "-j", "many"),
        ("runs", "-n", "0"),
        ("logs",),
        ("logs", "a", "b", "c"),
        ("logs", "--tail", "-1", "x"),
        ("why",),
        ("report", "a", "b"),
        ("check", "extra"),
    ],
)
def test_wrong_arguments_are_usage_errors(capsys, arguments):
    code, out, err = words_of(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert err.startswith("praktika: ")
