"""The run as it stands."""

from __future__ import annotations

import pytest

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.model.plan import Job, Plan
from praktika.model.result import Result, Status
from praktika.model.wire import encode
from praktika.runner.so_far import workflow_so_far


def so_far(*ended: tuple[str, int, Status], allowed: str = "") -> Result:
    blobs = MemoryBlobs()
    for key, attempt, status in ended:
        result = Result(name=key, status=status, results=(Result(name="t", status=status),))
        blobs.put(f"runs/r/jobs/{key}/{attempt}/result.json", encode(result))
        blobs.put(f"runs/r/jobs/{key}/{attempt}/job.log", b"")
    jobs = tuple(
        Job(key=key, name=key, command="true", allow_failure=key == allowed) for key in "ab"
    )
    return workflow_so_far(blobs, "r", Plan(workflow="W", event="push", jobs=jobs))


@pytest.mark.parametrize(
    ("ended", "status"),
    [
        ([], Status.OK),
        ([("a", 1, Status.OK)], Status.OK),
        ([("a", 1, Status.OK), ("b", 1, Status.FAIL)], Status.FAIL),
        ([("a", 1, Status.ERROR), ("b", 1, Status.FAIL)], Status.ERROR),
        ([("a", 9, Status.FAIL), ("a", 10, Status.OK)], Status.OK),
    ],
)
def test_it_is_as_good_as_the_last_attempts(ended, status):
    assert so_far(*ended).status is status


def test_an_allowed_failure_does_not_count_but_is_shown():
    result = so_far(("a", 1, Status.FAIL), allowed="a")
    assert (result.status, result.results[0].status) == (Status.OK, Status.FAIL)


def test_parts_of_jobs_are_left_out():
    assert so_far(("a", 1, Status.OK)).results[0].results == ()
