"""Results in one line."""

from __future__ import annotations

import pytest

from praktika.model.result import Result, Status
from praktika.runner.reports import summary


def _results(**counts: int) -> list[Result]:
    return [
        Result(name=f"{status.lower()}_{number}", status=Status(status))
        for status, count in counts.items()
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("results", "text"),
    [
        (_results(), "no tests"),
        (_results(OK=1), "1 passed"),
        (_results(OK=1200, XFAIL=2), "1,202 passed"),
        (_results(OK=2, SKIPPED=1), "2 passed, 1 skipped"),
        (_results(OK=117, FAIL=2, ERROR=1), "3 of 120 failed: fail_0, fail_1, error_0"),
        (_results(XPASS=1), "1 of 1 failed: xpass_0"),
        (_results(FAIL=5), "5 of 5 failed: fail_0, fail_1, fail_2 and 2 more"),
    ],
)
def test_summary(results, text):
    assert summary(results) == text


def test_parents_do_not_count():
    tree = Result(name="suite", status=Status.FAIL, results=tuple(_results(OK=1, FAIL=1)))
    assert summary([tree]) == "1 of 2 failed: fail_0"


def test_long_names_show_their_end():
    text = summary([Result(name="x" * 500 + "::test_a", status=Status.FAIL)])
    assert len(text) < 200
    assert text.endswith("::test_a")
