"""Texts are cut where that does little harm."""

import pytest

from praktika.adapters.github.board.texts import clean, line, markdown, rfc3339


def test_what_fits_stays():
    assert markdown("é" * 10, 20) == "é" * 10
    assert line("a b", 3) == "a b"


@pytest.mark.parametrize("limit", [100, 101, 102, 103])
def test_no_character_is_cut_in_two(limit):
    cut = markdown("é€😀" * 100, limit)
    assert len(cut.encode()) <= limit
    assert "�" not in cut


def test_markdown_is_cut_after_a_line():
    cut = markdown("a line of text\n" * 100, 200)
    body, _, rest = cut.partition("\n\n… cut")
    assert rest
    assert set(body.split("\n")) == {"a line of text"}


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_a_block_of_code_is_closed(fence):
    other = "~~~" if fence == "```" else "```"
    cut = markdown(f"text\n{fence}python\n{other}\n" + "code\n" * 100, 200)
    assert cut.count(fence) == 2
    assert cut.index(fence, 10) < cut.index("… cut")
    whole = markdown(f"{fence}\ncode\n{fence}\n" + "text\n" * 100, 200)
    assert whole.count(fence) == 2


def test_lines_are_lines():
    assert line(" a\n b\t", 10) == "a b"
    assert line("abcdef", 4) == "abc…"


def test_halves_of_characters_and_nuls_are_replaced():
    assert clean("a\ud800\0b") == "a?�b"


def test_times_are_written_as_github_does():
    assert rfc3339(1_700_000_000.9) == "2023-11-14T22:13:20Z"
