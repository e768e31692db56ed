"""`docs/cli.md` explains every command and option, and nothing else."""

import re
from pathlib import Path

import click
import pytest

from praktika.cli.edge import BUG, ENVIRONMENT, INTERRUPTED
from praktika.cli.group import COMMANDS
from praktika.cli.main import praktika
from praktika.errors import AuthorError, TransientError

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
SECTION = re.compile(r"^## praktika (\w+)(.*?)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
OPTION = re.compile(r"^\| (`-[^|]*`) \|", re.MULTILINE)

sections = {name: (usage, text) for name, usage, text in SECTION.findall(PAGE)}
context = click.Context(praktika)


def command(name: str) -> click.Command:
    found = praktika.get_command(context, name)
    assert found is not None
    return found


def options(command: click.Command) -> set[str]:
    return {
        spelling
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name != "help"
        for spelling in parameter.opts
    }


def documented(text: str) -> set[str]:
    cells = OPTION.findall(text)
    return {word for cell in cells for word in re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", cell)}


def test_every_command_has_a_section_in_the_order_of_the_help():
    assert list(sections) == list(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained_and_every_explained_option_exists(name):
    assert documented(sections[name][1]) == options(command(name))


def test_the_options_of_praktika_itself_are_explained():
    assert documented(PAGE.split("## Exit codes")[0]) == options(praktika)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_names_the_arguments_as_the_help_does(name):
    usage = " ".join(command(name).collect_usage_pieces(context)).removeprefix("[OPTIONS]")
    assert sections[name][0].strip() == usage.strip()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_the_group_says_about_a_command_what_its_own_help_says(name):
    own = command(name)
    assert own.name == name
    assert own.help
    first_word = COMMANDS[name].split()[0]
    assert own.help.startswith(first_word)


def test_every_exit_code_is_explained():
    codes = set(re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE))
    expected = {0, 1, AuthorError.exit_code, ENVIRONMENT, TransientError.exit_code}
    assert codes == {str(code) for code in expected | {BUG, INTERRUPTED}}


def test_every_event_of_a_run_is_explained():
    source = Path(__file__).parents[2] / "src" / "praktika" / "cli"
    text = (source / "view" / "events.py").read_text() + (source / "running.py").read_text()
    events = set(re.findall(r'"((?:run|job)\.\w+)"', text))
    assert events == set(re.findall(r"^\| `((?:run|job)\.\w+)`", PAGE, re.MULTILINE))
