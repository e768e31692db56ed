"""Times, counts and paths for people."""

import math
from pathlib import Path

import pytest

from praktika.cli.view import words
from praktika.model.result import Status


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (-3, "0.0s"),
        (0, "0.0s"),
        (0.26, "0.3s"),
        (59.94, "59.9s"),
        (59.96, "1m 00s"),
        (61.4, "1m 01s"),
        (3599.6, "1h 00m"),
        (7322, "2h 02m"),
        (90000, "25h 00m"),
    ],
)
def test_durations(value, text):
    assert words.seconds(value) == text


def test_moments_are_local_and_never_raise(monkeypatch):
    assert words.moment(None) == ""
    assert len(words.moment(0)) == 19
    assert words.moment(1e300) == words.moment(math.nan) == "?"


def test_counts_come_in_the_order_of_the_statuses():
    numbers = {Status.DROPPED: 1, Status.OK: 1000, Status.FAIL: 2, Status.SKIPPED: 0}
    assert words.counts(numbers) == "1000 OK, 2 FAIL, 1 DROPPED"


def test_nouns():
    assert [words.count(n, "job") for n in (0, 1, 1000)] == ["0 jobs", "1 job", "1,000 jobs"]


def test_every_status_has_a_style():
    assert set(Status) <= set(words.STYLES)
    assert words.STYLES[Status.FAIL] != words.STYLES[Status.ERROR]


def test_paths_are_short_below_the_working_directory_only(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert words.near(tmp_path / "a" / "b") == "a/b"
    assert words.near(Path("/elsewhere/b")) == "/elsewhere/b"
