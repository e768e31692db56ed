"""When cron lines are due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.engine.checkouts import SEARCH

from praktika.engine.routing.schedule import MOST_MISSED, Due, comes, due, next_time
from praktika.pipeline.check.triggers.cron import cron_fault

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MINUTE = timedelta(minutes=1)
_WINDOW = 3 * 24 * 60


def at(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()


def part(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    stepped = st.tuples(st.one_of(st.just("*"), span), st.integers(1, max(high // 2, 1)))
    return st.one_of(
        st.just("*"), number.map(str), span, stepped.map(lambda it: f"{it[0]}/{it[1]}")
    )


LINES = st.tuples(
    *(st.lists(part(*ends), min_size=1, max_size=2).map(",".join) for ends in _RANGES)
).map(" ".join)
STARTS = st.sampled_from(
    [at(2024, 2, 27, 23, 58), at(2023, 2, 27), at(2023, 12, 30, 12), at(2025, 3, 29, 0, 30)]
)


def numbers(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for each in field.split(","):
        span, _, step = each.partition("/")
        first, _, last = span.partition("-")
        ends = (low, high) if span == "*" else (int(first), int(last or first))
        found |= set(range(ends[0], ends[1] + 1, int(step or 1)))
    return found


def is_due(line: str, when: datetime) -> bool:
    fields = line.split()
    minutes, hours, days, months, weekdays = (
        numbers(field, *ends) for field, ends in zip(fields, _RANGES, strict=True)
    )
    is_day = when.day in days
    is_weekday = bool({when.isoweekday(), when.isoweekday() % 7} & weekdays)
    is_either = fields[2][0] != "*" and fields[4][0] != "*"
    is_on = is_day or is_weekday if is_either else is_day and is_weekday
    return is_on and when.month in months and when.hour in hours and when.minute in minutes


def times(lines: list[str], since: float, now: float) -> list[float]:
    """Minute by minute."""
    when, found = datetime.fromtimestamp(since // 60 * 60, UTC), []
    while when.timestamp() <= now:
        if when.timestamp() > since and any(is_due(line, when) for line in lines):
            found.append(when.timestamp())
        when += _MINUTE
    return found


@SEARCH
@given(st.lists(LINES, min_size=1, max_size=2), STARTS, st.integers(0, _WINDOW * 60))
@example(["0 0 29 2 *"], at(2024, 2, 28), 86_400)
@example(["30 12 1 * 1"], at(2024, 2, 29), 5 * 86_400)
@example(["0 0 * * 7", "0 0 * * 0"], at(2024, 3, 1), 7 * 86_400)
@example(["* * * * *"], at(2024, 3, 1), 0)
@example(["* 5-5/2 * * 0-0/1,3"], at(2024, 2, 28), 7 * 86_400)
def test_what_is_due_is_what_every_minute_says(lines, since, seconds):
    assert [cron_fault(line) for line in lines] == [""] * len(lines)
    found = times(lines, since, since + seconds)
    missed = min(len(found) - 1, MOST_MISSED)
    assert due(lines, since, since + seconds) == (Due(found[-1], missed) if found else None)
    following = next_time(lines, since)
    assert following == found[0] if found else following > since + seconds


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        (at(2024, 5, 1, 2, 59), at(2024, 5, 1, 3), Due(at(2024, 5, 1, 3), 0)),
        (at(2024, 5, 1, 3), at(2024, 5, 1, 3, 1), None),
        (at(2024, 5, 1, 3) - 0.5, at(2024, 5, 1, 3) - 0.1, None),
        (at(2024, 5, 1, 3) - 0.5, at(2024, 5, 1, 3) + 0.5, Due(at(2024, 5, 1, 3), 0)),
        (at(2024, 5, 1, 3), at(2024, 5, 1, 3), None),
        (at(2024, 5, 2), at(2024, 5, 1), None),
        (at(2024, 5, 1), at(2024, 5, 8), Due(at(2024, 5, 7, 3), 6)),
    ],
)
def test_a_time_is_due_once(since, now, expected):
    assert due(["0 3 * * *"], since, now) == expected


def test_after_a_long_silence_counting_ends():
    assert due(["* * * * *"], 0.0, at(2024, 1, 1)) == Due(at(2024, 1, 1), MOST_MISSED)


@pytest.mark.parametrize("line", ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31 4 */2"])
def test_what_never_comes(line):
    assert not comes(line)
    assert next_time([line], 0.0) == inf
    assert due([line], 0.0, at(2100, 1, 1)) is None
    assert due([line, "0 0 1 1 *"], at(2024, 1, 1), at(2025, 1, 1)) == Due(at(2025, 1, 1), 0)


@pytest.mark.parametrize("line", ["0 0 29 2 *", "0 0 31 */2 *", "0 0 30 2 1", "0 0 29 2 */7"])
def test_what_comes_now_and_then(line):
    assert comes(line)


def test_a_leap_day_is_found_over_the_year_2100():
    assert next_time(["0 0 29 2 *"], at(2096, 3, 1)) == at(2104, 2, 29)


def test_nothing_is_due_without_a_line():
    assert due([], 0.0, 1e9) is None
    assert next_time([], 0.0) == inf
