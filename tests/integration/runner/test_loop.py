"""A runner's life: one task after another, each claimed, each told of once."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import praktika
from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.queue import MemoryQueue
from praktika.model.events import JobFinished, JobLost, JobStarted, decode_event
from praktika.model.plan import Job, Plan
from praktika.model.result import Status
from praktika.model.task import Facts, RunFile, Task
from praktika.model.wire import encode
from praktika.runner import loop
from praktika.runner.attempt import Bench
from praktika.runner.loop import Mailbox, Runner
from praktika.runner.process import Limits


class World:
    def __init__(self, place: Path) -> None:
        self.clock = ManualClock()
        self.queue = MemoryQueue(self.clock)
        self.blobs = MemoryBlobs()
        (place / "source").mkdir()
        self.source = place / "source"
        self.bench = Bench(
            blobs=self.blobs,
            clock=self.clock,
            work=place / "work",
            library=Path(praktika.__file__).parent,
            name="runner-1",
            inherited={"PATH": os.environ["PATH"]},
            limits=Limits(grace=0.5),
        )

    def give(self, command: str, *, attempt: int = 1, **fields) -> Task:
        job = Job(key="j", name="J", command=command, **fields)
        plan = Plan(workflow="W", event="push", jobs=(job,))
        run_file = RunFile(
            run="r", plan="runs/r/plan.json", facts=Facts(), source=str(self.source), name="repo"
        )
        self.blobs.put("runs/r/plan.json", encode(plan))
        self.blobs.put("runs/r/run.json", encode(run_file))
        task = Task(run="r", job="j", attempt=attempt)
        self.queue.send("tasks", [encode(task)])
        return task

    def serve(self, while_true=None) -> None:
        answers: Iterator[bool] = iter([True])
        mailbox = Mailbox(queue=self.queue, tasks="tasks", events=lambda run: f"events-{run}")
        self.bugs: list[Exception] = []
        Runner(self.bench, mailbox, self.bugs.append).serve(
            while_true=while_true or (lambda: next(answers, False))
        )

    def told(self) -> list:
        messages = self.queue.receive("events-r", limit=10)
        return [decode_event(message.body) for message in messages]

    def left(self) -> int:
        self.clock.advance(1000)
        return len(self.queue.receive("tasks", limit=10))


@pytest.fixture
def world(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    yield World(tmp_path)
    signal.signal(signal.SIGTERM, before)


def until(world: World, told: int):
    """A condition that holds until so many events were told."""
    return lambda: len(world.queue.receive("events-r", limit=10, lease=0.0)) < told


def test_a_task_is_run_told_of_and_gone(world):
    world.give("true")
    world.serve(until(world, 2))
    started, finished = world.told()
    assert isinstance(started, JobStarted)
    assert (started.runner, finished.status) == ("runner-1", Status.OK)
    assert world.left() == 0


def test_fault_35_an_attempt_that_was_claimed_is_reported_lost_and_not_run_again(world):
    world.give("touch ran")
    world.blobs.create("runs/r/jobs/j/1/claim", b"another runner")
    world.serve(until(world, 1))
    (lost,) = world.told()
    assert isinstance(lost, JobLost)
    assert world.left() == 0


def test_a_cancel_ends_the_job(world):
    world.give("sleep 60")
    world.blobs.put("runs/r/jobs/j/1/cancel", b"cancelled by ann")
    world.serve(until(world, 2))
    _, finished = world.told()
    assert (finished.status, finished.reason) == (Status.DROPPED, "cancelled by ann")


def test_a_runner_that_is_ended_gives_its_job_to_others(world):
    world.give("kill -TERM $PPID; sleep 60")
    world.serve(lambda: True)
    _, lost = world.told()
    assert isinstance(lost, JobLost)
    assert "SIGTERM" in lost.reason


def test_attack_24_a_runner_that_lost_its_lease_kills_its_job_and_says_nothing(world, monkeypatch):
    monkeypatch.setattr(loop, "LEASE", 0.3)
    world.give("sleep 60")
    thief: list = []
    extend = world.queue.extend

    def extend_too_late(message, lease):
        world.clock.advance(100)  # the machine slept
        thief.extend(world.queue.receive("tasks", lease=10_000))
        extend(message, lease)

    monkeypatch.setattr(world.queue, "extend", extend_too_late)
    world.serve(lambda: not thief or any(world.bench.work.glob("*/*")))
    assert [type(event) for event in world.told()] == [JobStarted]
    assert len(thief) == 1


def test_fault_36_an_outcome_that_cannot_be_stored_is_told_all_the_same(world, monkeypatch):
    world.give("true")
    put = world.blobs.put

    def refuse(key, data):
        if key.endswith("result.json"):
            raise OSError("out of order")
        put(key, data)

    monkeypatch.setattr(world.blobs, "put", refuse)
    world.serve(until(world, 2))
    _, finished = world.told()
    assert isinstance(finished, JobFinished)
    assert finished.status is Status.ERROR
    assert "could not be stored" in finished.reason


def test_a_bug_costs_one_job_and_is_logged(world, monkeypatch):
    world.give("true")

    def stumble(*_arguments):
        raise TypeError("odd \ud800")

    monkeypatch.setattr(loop, "execute", stumble)
    world.serve(until(world, 2))
    _, finished = world.told()
    assert finished.status is Status.ERROR
    assert "stumbled" in finished.reason
    assert len(world.bugs) == 1
    assert world.left() == 0


def test_the_lease_is_kept_while_hooks_run(world, monkeypatch):
    monkeypatch.setattr(loop, "LEASE", 0.3)
    extended = []
    extend = world.queue.extend
    monkeypatch.setattr(
        world.queue, "extend", lambda message, lease: (extended.append(1), extend(message, lease))
    )
    world.give("true", pre_hooks=("sleep 1",))
    world.serve(until(world, 2))
    assert len(extended) >= 2
