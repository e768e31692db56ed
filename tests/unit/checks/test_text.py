"""Security 6, 14: what people have written is shown, and nothing else happens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from praktika.checks.content.text import (
    address,
    block,
    bounded,
    cell,
    clean,
    code,
    duration,
    line,
    link,
)

MARKDOWN = MarkdownIt("gfm-like", {"html": True, "linkify": False})
NASTY = st.text(
    st.sampled_from([*"|`\\@#<>[]()!*_~:/.\n\r\t &ab1-\x1b\u202e\ud800é"]) | st.characters(),
    max_size=60,
)
ATTACKS = [
    "@everyone look",
    "#1 fixes #2 o/r#3",
    "<img src=x onerror=alert(1)>",
    "![p](https://evil.example/p.png)",
    "[here](javascript:alert(1))",
    "https://evil.example www.evil.example a@evil.example",
    "a | b | c",
    "a \\| b \\\\| c",
    "`code` ``two`` ```",
    "```\n</details><script>",
    "\x1b]8;;https://evil.example\x07text\x1b]8;;\x07 \x1b[31mred\x1b[0m",
    "\ud800 lone",
    "line\r\n\r\n# Heading\n| a | b |",
    "&lt;&#64;you",
    "<!-- praktika:PR -->",
]


def kinds(text: str) -> list[str]:
    tokens = MARKDOWN.parse(text)
    return [child.type for token in tokens for child in (token.children or [token])]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_line_is_one_piece_of_code(attack):
    (paragraph,) = [each for each in MARKDOWN.parse(code(attack)) if each.type == "inline"]
    assert [child.type for child in paragraph.children] == ["code_inline"]
    code(attack).encode()


@settings(deadline=None)
@given(NASTY)
def test_a_line_is_one_piece_of_code_whatever_is_in_it(text):
    shown = code(text)
    if not shown:
        assert not line(text)
        return
    (paragraph,) = [each for each in MARKDOWN.parse(shown) if each.type == "inline"]
    (child,) = paragraph.children
    assert child.type == "code_inline"
    assert child.content.strip() == line(text)


@settings(deadline=None)
@given(NASTY, NASTY)
def test_a_row_has_as_many_cells_as_it_has(one, other):
    table = f"| A | B | C |\n|---|---|---|\n| {cell(one)} | {cell(other)} | x |"
    found = [each.type for each in MARKDOWN.parse(table)]
    assert found.count("tr_open") == 2
    cells = [each for each in MARKDOWN.parse(table) if each.type == "inline"]
    assert cells[-1].content == "x"
    allowed = {"code_inline", "text"}
    assert {child.type for cell in cells for child in cell.children} <= allowed


@settings(deadline=None)
@given(NASTY)
def test_a_block_is_one_block(text):
    shown = block(text)
    found = [each.type for each in MARKDOWN.parse(shown)]
    assert found == (["fence"] if shown else [])
    shown.encode()


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_block_after_text_is_one_block(attack):
    found = kinds(f"Before\n\n{block(attack)}\n\nafter")
    assert found.count("fence") == 1
    assert not {"html_inline", "html_block", "image", "link_open", "heading_open"} & set(found)


def test_escape_sequences_and_controls_are_gone():
    assert clean("\x1b[1;31mred\x1b[0m\x1b]0;title\x07 \x00\u202e") == "red \ufffd\ufffd"
    assert line(" a\n\n b\t\x85c ") == "a b c"
    assert line("x" * 300, 10) == "x" * 9 + "…"
    assert len(line("\x1b[31m" * 100_000 + "end")) <= 200


def test_only_addresses_of_the_web_are_links():
    assert address("javascript:alert(1)") == ""
    assert address("//evil.example") == ""
    assert address("") == ""
    shown = address("https://ci.example/a b|c)(?x=<y>#z")
    assert shown == "https://ci.example/a%20b%7Cc%29%28?x=%3Cy%3E#z"
    assert link("`x`", shown) == f"[`x`]({shown})"
    assert link("`x`", "") == "`x`"
    assert address("https://ci.example/r", "#/job/" + "x" * 2000) == "https://ci.example/r"
    assert address("https://ci.example/" + "x" * 2000) == ""


def test_durations_are_for_people():
    assert [duration(each) for each in (0, 0.2, 59, 61, 3600, 7384)] == [
        "",
        "1 s",
        "59 s",
        "1 min 01 s",
        "1 h 00 min",
        "2 h 03 min",
    ]


def test_parts_are_bounded_in_bytes():
    assert bounded(["é" * 10, "é" * 10, "b"], 30) == "é" * 10
    assert bounded(["a", "b"], 4) == "a\nb"
