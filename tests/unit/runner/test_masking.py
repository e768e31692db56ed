"""What a job has left, without secrets (security 13)."""

from __future__ import annotations

import pytest

from praktika.model.result import Result, Status
from praktika.runner.masking import masked, masked_data
from praktika.runner.process import Mask

WHOLE = Result(
    name="job",
    status=Status.FAIL,
    start_time=1_700_123_456.25,
    duration=0.123456,
    results=(Result(name="test", status=Status.OK, info="results: status"),),
    files=("jobs/a/1/files/0-status.txt",),
)


@pytest.mark.parametrize("secret", ["123456", "results", "status", "700123", '"name"', "jobs/a"])
def test_a_secret_that_looks_like_the_document_itself_hides_nothing_else_security_13(secret):
    """A PIN among the digits of a time made no Result of it, and lost the job."""
    shown = masked(WHOLE, Mask([secret]))
    assert (shown.status, shown.start_time, shown.duration) == (
        WHOLE.status,
        WHOLE.start_time,
        WHOLE.duration,
    )
    assert [part.status for part in shown.results] == [Status.OK]
    texts = (shown.name, *shown.files, *(part.info for part in shown.results))
    assert not any(secret in text for text in texts)


def test_every_text_of_a_result_is_looked_at_security_13():
    secret = "s3cr3t-value"
    told = {"reason": secret, "list": [{secret: 1}, (secret,)], "pin": 123456, "is": True, "n": 1.5}
    leaf = Result(name=secret, status=Status.OK, info=secret, files=(secret,), links=(secret,))
    shown = masked(
        Result(name="job", status=Status.OK, ext=told, results=(leaf,)), Mask([secret, "123456"])
    )
    stars = Result(name="***", status=Status.OK, info="***", files=("***",), links=("***",))
    assert shown.results == (stars,)
    assert shown.ext == {
        "reason": "***", "list": [{"***": 1}, ["***"]], "pin": "***", "is": True, "n": 1.5,
    }  # fmt: skip


def test_without_a_secret_in_it_a_result_stays_the_same():
    assert masked(WHOLE, Mask(["something else"])) is WHOLE
    assert masked_data({"a": [1, None]}, Mask()) == {"a": [1, None]}
