import itertools

import pytest

from praktika.model import result as model
from praktika.sdk.result.status import (
    HINTS,
    GHStatus,
    Label,
    Status,
    aggregate,
    github_status,
    severity,
    status_of,
)

WORDS = [status.value for status in model.Status]


def test_the_words_are_those_of_the_control_plane():
    own = {value for name, value in vars(Status).items() if name.isupper()}
    assert own == set(WORDS)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_aggregation_is_that_of_the_control_plane(size):
    for words in itertools.combinations_with_replacement(WORDS, size):
        assert aggregate(words) == model.aggregate(map(model.Status, words))


def test_fault_49_an_error_among_the_parts_makes_the_whole_an_error():
    assert aggregate(["OK", "FAIL", "RUNNING", "ERROR"]) == "ERROR"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "OK"),
        (False, "FAIL"),
        ("OK", "OK"),
        ("success", "OK"),
        ("failed", "FAIL"),
        ("failure", "FAIL"),
        ("error", "ERROR"),
        ("skipped", "SKIPPED"),
        (Status.SUCCESS, "OK"),
        (Status.FAILED, "FAIL"),
    ],
)
def test_old_words_and_bools_are_understood(value, expected):
    assert status_of(value) == expected


@pytest.mark.parametrize("value", ["", "borken", "o k"])
def test_other_words_are_refused_with_the_right_ones(value):
    with pytest.raises(ValueError, match="OK, FAIL, ERROR"):
        status_of(value)


@pytest.mark.parametrize("word", WORDS)
def test_every_status_has_a_word_of_github(word):
    assert github_status(word) in {
        value for name, value in vars(GHStatus).items() if name.isupper()
    }


def test_what_is_in_flight_is_pending_on_github():
    assert github_status("RUNNING") == github_status("PENDING") == "pending"
    assert github_status("DROPPED") == "failure"


def test_every_label_has_a_hint():
    labels = {value for name, value in vars(Label).items() if name.isupper()}
    assert set(HINTS) == labels


def test_severity_puts_errors_first_and_ok_last():
    assert min(WORDS, key=severity) == "ERROR"
    assert max(WORDS, key=severity) == "OK"
