"""What a Range header means."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from praktika.web.http.ranges import asked_range
from praktika.web.http.refusal import Refusal


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=3-", (3, 10)),
        ("bytes=3-99", (3, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-99", (0, 10)),
        ("Bytes = 1 - 2", (1, 3)),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=2-1", None),
        ("bytes=0-1,4-5", None),
        ("items=0-1", None),
        ("bytes=0x1-2", None),
        ("bytes=\u0661-2", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
)
def test_of_ten_bytes(header, expected):
    assert asked_range(header, 10) == expected


@pytest.mark.parametrize(("header", "size"), [("bytes=10-", 10), ("bytes=-0", 10)])
def test_what_begins_behind_the_end_is_refused(header, size):
    with pytest.raises(Refusal) as refused:
        asked_range(header, size)
    assert refused.value.status == 416


def test_of_nothing_all_is_meant():
    assert asked_range("bytes=0-9", 0) is None


@given(st.text(max_size=30), st.integers(0, 100))
def test_whatever_it_says_it_is_a_part_or_nothing(text, size):
    for header in (text, f"bytes={text}"):
        found = None
        with suppress(Refusal):
            found = asked_range(header, size)
        if found is not None:
            assert 0 <= found[0] < found[1] <= size
