"""A task that a controller has leased and handed over."""

import json
import time

import pytest

from praktika.adapters.aws.handed import HandedTask
from praktika.adapters.memory import ManualClock, MemoryQueue
from praktika.errors import OperatorError


def handed(tmp_path, *, age):
    """A queue with one task that was leased `age` seconds ago for 54, and its letter."""
    queue = MemoryQueue(ManualClock())
    queue.create("tasks-arm")
    queue.create("control-x")
    queue.send("tasks-arm", [b"{}"])
    (message,) = queue.receive("tasks-arm", lease=54)
    letter = {
        "queue": "tasks-arm",
        "id": message.id,
        "receipt": message.receipt,
        "body": "{}",
        "deliveries": 1,
        "since": time.monotonic() - age,
        "lease": 54,
    }
    file = tmp_path / "task"
    file.write_text(json.dumps(letter))
    taken = []
    task = HandedTask(file, lambda: taken.append(1))
    return task, task.in_front_of(queue), taken


def test_it_is_received_once_and_settled_when_it_is_dealt_with(tmp_path):
    task, queue, taken = handed(tmp_path, age=1)
    (message,) = queue.receive("tasks-arm", lease=54)
    assert (taken, task.is_settled) == ([1], False)
    assert queue.receive("tasks-arm") == []
    queue.ack([message])
    assert task.is_settled


def test_security_24_who_stood_still_for_longer_than_the_lease_does_not_take_it(tmp_path):
    # For the queue itself the lease still lasts: its clock stands still here.
    task, queue, taken = handed(tmp_path, age=55)
    assert queue.receive("tasks-arm", lease=54) == []
    assert (taken, task.is_settled) == ([], False)


def test_other_queues_are_what_they_are(tmp_path):
    _, queue, _ = handed(tmp_path, age=1)
    queue.send("control-x", [b"stop"])
    assert [message.body for message in queue.receive("control-x")] == [b"stop"]
    assert queue.backlog("tasks-arm").leased == 1


def test_a_letter_that_is_none(tmp_path):
    (tmp_path / "task").write_text("{}")
    with pytest.raises(OperatorError, match="cannot be read"):
        HandedTask(tmp_path / "task", lambda: None)
