"""What reaches the terminal, and what never may."""

import errno
from io import StringIO

import pytest
from tests.unit.cli.sample import Terminal, console

from praktika.cli.console import Ink, one_line, visible


def test_a_line_of_text_and_ink_is_plain_where_no_terminal_is():
    it, out, err = console()
    it.say(Ink("FAIL", "bold red"), " Tests")
    it.note("beside")
    assert (out.text, err.text) == ("FAIL Tests\n", "beside\n")


def test_colours_on_a_terminal_each_ended_where_it_began():
    it, out, _ = console(Terminal(is_terminal=True))
    it.say(Ink("FAIL", "bold red"), " Tests")
    assert out.text == "\x1b[1;31mFAIL\x1b[0m Tests\n"


@pytest.mark.parametrize(
    ("env", "is_terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
    ],
)
def test_who_gets_colours(env, is_terminal, expected):
    it, _, _ = console(Terminal(is_terminal=is_terminal), **env)
    assert it.has_colour is expected


@pytest.mark.parametrize(
    ("env", "is_terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": ""}, True, False),
        ({"CI": "true"}, True, False),
        ({"CI": "false"}, True, True),
        ({"NO_COLOR": "1"}, True, True),
    ],
)
def test_who_gets_the_live_view(env, is_terminal, expected):
    it, _, _ = console(Terminal(is_terminal=is_terminal), **env)
    assert it.is_live is expected


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("a\rb\x9b31m", "a\\rb\\x9b31m"),
        ("tab\tand\nnewline 🎉 日本", "tab\tand\nnewline 🎉 日本"),
    ],
)
def test_text_from_outside_cannot_steer_the_terminal(text, shown):
    it, out, _ = console(Terminal(is_terminal=True))
    it.say(text)
    assert out.text == shown + "\n"
    assert visible(text) == shown


def test_ink_cannot_be_broken_out_of():
    it, out, _ = console(Terminal(is_terminal=True))
    it.say(Ink("a\x1b[0m\x1b[31mb", "dim"))
    assert out.text == "\x1b[2ma\\x1b[0m\\x1b[31mb\x1b[0m\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_the_encoding_does_not_have_is_spelt_out(encoding):
    it, out, _ = console(Terminal(encoding=encoding))
    it.say("🎉 \udcff")
    assert out.text == ("🎉 \\udcff\n" if encoding == "utf-8" else "\\U0001f389 \\udcff\n")


class Broken(Terminal):
    """A terminal that refuses from the second write on."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        if self.writes > 1:
            raise OSError(self.number, "no")
        return super().write(text)


def test_a_reader_that_is_gone_costs_text_only():
    it, out, err = console(Broken(errno.EPIPE))
    for line in "abc":
        it.say(line)
    it.note("still there")
    assert out.lines == ["a"]
    assert err.lines == ["still there"]
    assert out.writes == 2  # nothing is tried again
    assert not it.complaint
    assert not it.raw(b"more")


def test_a_full_disk_is_told():
    it, _, _ = console(Broken(errno.ENOSPC))
    it.say("a")
    it.say("b")
    assert it.complaint == "standard output could not be written: no"


def test_a_broken_stderr_does_not_silence_stdout():
    it, out, _ = console(err=Broken(errno.EPIPE))
    it.note("a")
    it.note("b")
    it.say("c")
    assert out.lines == ["c"]
    assert not it.complaint


def test_streams_that_were_closed_from_the_beginning():
    it, out, _ = console()
    it.out = it.err = None
    it.say("a")
    it.note("b")
    assert not it.raw(b"c")
    assert not it.has_colour
    assert not it.is_live
    assert out.text == ""


def test_bytes_are_written_as_they_are():
    it, out, _ = console()
    assert it.raw(b"\xff\x1b[0m\x00")
    assert out.bytes.getvalue() == b"\xff\x1b[0m\x00"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        (" a\n b\t c ", 0, "a b c"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("", 5, ""),
    ],
)
def test_one_line(text, width, expected):
    assert one_line(text, width) == expected


def test_answers_come_from_stdin_and_silence_takes_the_default(monkeypatch):
    it, _, err = console()
    monkeypatch.setattr("sys.stdin", StringIO("Nightly\n\n"))
    answers = [it.ask("Name", "W") for _ in range(3)]
    assert answers == ["Nightly", "W", "W"]
    assert err.text.startswith("Name [W]: Name [W]: Name [W]: ")
    monkeypatch.setattr("sys.stdin", None)
    assert it.ask("Command", "") == ""
