"""Texts, numbers and times."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from praktika.runner.reports.raw.text import (
    Excerpt,
    clean,
    joined,
    line_number,
    moment,
    one_line,
    seconds,
)
from praktika.runner.reports.raw.xml_input import acceptable


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.25", 0.25),
        ("1.5s", 1.5),
        ("0s", 0.0),
        ("1,234", 1234.0),
        ("1,234,567.5", 1234567.5),
        ("0,25", 0.25),
        ("12,5", 12.5),
        (" 3 ", 3.0),
        ("1e-05", 1e-05),
        (2, 2.0),
        (0.5, 0.5),
        ("", None),
        ("NaN", None),
        ("inf", None),
        ("-1", None),
        ("soon", None),
        (True, None),
        (None, None),
        ([], None),
        (10**400, None),
    ],
)
def test_seconds(value, expected):
    assert seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12", 12), (7, 7), ("x", 0), (None, 0), ("-3", 0), ("9" * 5_000, 0), (1.5, 0)],
)
def test_line_number(value, expected):
    assert line_number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-09T07:50:12.123456789Z", 1767945012.123456),
        ("2026-01-09T08:50:12+01:00", 1767945012.0),
        ("2026-01-09T07:50:12", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("1970-01-01T00:00:00Z", None),
        (3, None),
    ],
)
def test_moment(value, expected):
    assert moment(value) == expected


@pytest.mark.parametrize(
    ("message", "detail", "expected"),
    [
        ("short", "", "short"),
        ("", "trace\n", "trace"),
        ("short", "E: short\n at x", "E: short\n at x"),
        ("short", "def test():\n  E: short", "short\n\ndef test():\n  E: short"),
        ("a\nb", "a\nb\nc", "a\nb\nc"),
    ],
)
def test_joined(message, detail, expected):
    assert joined(message, detail) == expected


@given(st.text(alphabet=st.characters(exclude_categories=[])))
def test_cleaned_text_can_be_encoded_and_has_no_controls(text):
    for cleaned in (clean(text), one_line(text)):
        cleaned.encode()
        assert not any(ord(sign) < 32 and sign not in "\t\r\n" for sign in cleaned)
    assert "\n" not in one_line(text)


@given(st.lists(st.text(max_size=30)), st.integers(2, 40))
def test_an_excerpt_is_all_or_the_two_ends(pieces, limit):
    kept = Excerpt(limit)
    for piece in pieces:
        kept.add(piece)
    whole = "".join(pieces)
    half = limit // 2
    if len(whole) <= half * 2:
        assert str(kept) == whole
    else:
        cut = len(whole) - 2 * half
        note = f"\n[... {cut:,} characters left out ...]\n"
        assert str(kept) == whole[:half] + note + whole[-half:]
    assert bool(kept) == bool(whole)


_XML_TEXT = st.text(alphabet=st.sampled_from("<ab&#x012;\x00\x1b ￾"), max_size=60)


@given(_XML_TEXT, st.lists(st.integers(0, 80)))
def test_mending_does_not_depend_on_the_pieces(text, cuts):
    text = "<" + text
    places = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert "".join(acceptable(pieces)) == "".join(acceptable([text]))
