"""Which status an error has."""

from __future__ import annotations

import pytest

from praktika.errors import (
    Absent,
    AuthorError,
    Conflict,
    Denied,
    Limited,
    OperatorError,
    OutOfSpace,
    Unavailable,
)
from praktika.model.wire import WireError
from praktika.web.http.refusal import refusal_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (WireError("x"), 400),
        (Denied("x"), 403),
        (Absent("x"), 404),
        (Conflict("x"), 409),
        (AuthorError(text="x"), 422),
        (OperatorError("x"), 500),
        (OutOfSpace("x"), 500),
        (Unavailable("x"), 503),
        (Limited("x", 1.0), 503),
    ],
)
def test_an_error_that_is_expected_has_a_status_and_keeps_its_words(error, status):
    refusal = refusal_of(error)
    assert (refusal.status, refusal.text) == (status, "x")


def test_a_bug_has_none():
    assert refusal_of(KeyError("x")) is None
