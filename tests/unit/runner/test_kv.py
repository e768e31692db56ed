"""Key-value data between jobs."""

from __future__ import annotations

import pytest

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.model.plan import Job, Plan
from praktika.model.task import Task
from praktika.runner import kv

PLAN = Plan(
    workflow="w",
    event="push",
    jobs=tuple(Job(key=key, name=key, command="true") for key in ("one", "two")),
)


def leave(blobs, job: str, data: dict, base=()) -> None:
    document = {"JOB_KV_DATA": data, "JOB_KV_DATA_BASE_KEYS": list(base)}
    kv.publish(blobs, PLAN, Task(run="r", job=job, attempt=1), document)


def test_fault_42_parallel_jobs_do_not_overwrite_each_other():
    blobs = MemoryBlobs()
    leave(blobs, "two", {"b": 2})
    leave(blobs, "one", {"a": 1})
    assert kv.collect(blobs, "r") == {"a": 1, "b": 2}


def test_of_one_key_the_later_job_of_the_plan_wins_whoever_ends_first():
    blobs = MemoryBlobs()
    leave(blobs, "two", {"x": "two"})
    leave(blobs, "one", {"x": "one"})
    assert kv.collect(blobs, "r") == {"x": "two"}


def test_what_a_job_merely_saw_is_not_its_own():
    blobs = MemoryBlobs()
    leave(blobs, "one", {"seen": 1, "own": 2}, base=["seen"])
    assert kv.collect(blobs, "r") == {"own": 2}


@pytest.mark.parametrize(
    "document", [{}, {"JOB_KV_DATA": []}, {"JOB_KV_DATA": {"a": 1}, "JOB_KV_DATA_BASE_KEYS": None}]
)
def test_fault_7_a_malformed_document_does_no_harm(document):
    blobs = MemoryBlobs()
    kv.publish(blobs, PLAN, Task(run="r", job="one", attempt=1), document)
    assert set(kv.collect(blobs, "r")) <= {"a"}


def test_fault_35_of_several_attempts_of_a_job_the_latest_counts():
    blobs = MemoryBlobs()
    for attempt in (2, 10, 1):
        document = {"JOB_KV_DATA": {"x": attempt}}
        kv.publish(blobs, PLAN, Task(run="r", job="one", attempt=attempt), document)
    assert kv.collect(blobs, "r") == {"x": 10}


def test_too_much_is_refused():
    with pytest.raises(OSError, match="key-value data"):
        leave(MemoryBlobs(), "one", {"x": "y" * kv.KV_LIMIT})
