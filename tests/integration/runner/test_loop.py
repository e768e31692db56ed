"""A runner's life: one task after another, each claimed, each told of once."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import praktika
from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.queue import MemoryQueue
from praktika.adapters.memory.secrets import MemorySecrets
from praktika.errors import Unavailable
from praktika.model.events import JobFinished, JobLost, JobStarted, decode_event
from praktika.model.facts import Facts
from praktika.model.plan import Job, Plan
from praktika.model.result import Status
from praktika.model.task import Claim, RunFile, Stop, Task
from praktika.model.wire import encode
from praktika.runner import loop
from praktika.runner.attempt import Bench, execute
from praktika.runner.loop import Mailbox, Runner
from praktika.runner.process import Limits

INBOX = "events-r.fifo"


class World:
    def __init__(self, place: Path) -> None:
        self.clock = ManualClock()
        self.execute = execute
        self.queue = MemoryQueue(self.clock)
        self.blobs = MemoryBlobs()
        (place / "source").mkdir()
        self.source = place / "source"
        self.bench = Bench(
            blobs=self.blobs,
            clock=self.clock,
            secrets=MemorySecrets({}),
            work=place / "work",
            sources=place / "sources",
            library=Path(praktika.__file__).parent,
            name="runner-1",
            owner="test",
            inherited={"PATH": os.environ["PATH"]},
            limits=Limits(grace=0.5),
        )

    def give(self, command: str, *, attempt: int = 1, avoid=(), **fields) -> Task:
        job = Job(key="j", name="J", command=command, **fields)
        plan = Plan(workflow="W", event="push", jobs=(job,))
        run_file = RunFile(
            run="r", plan="runs/r/plan.json", facts=Facts(), folder=str(self.source), name="repo"
        )
        self.blobs.put("runs/r/plan.json", encode(plan))
        self.blobs.put("runs/r/run.json", encode(run_file))
        task = Task(run="r", job="j", attempt=attempt, inbox=INBOX, avoid=avoid)
        self.queue.send("tasks", [encode(task)])
        return task

    def serve(self, while_true=None, lease: float = 30.0) -> None:
        answers: Iterator[bool] = iter([True, True])
        mailbox = Mailbox(
            queue=self.queue, tasks="tasks", control="control-1", lease=lease, wait=0.1
        )
        self.bugs: list[Exception] = []
        Runner(self.bench, mailbox, self.bugs.append, self.execute).serve(
            while_true=while_true or (lambda: next(answers, False))
        )

    def claim(self, message: str, runner: str = "another runner") -> None:
        claim = Claim(runner=runner, message=message, token="t")
        self.blobs.create("runs/r/jobs/j/1/claim", encode(claim))

    def first_message(self) -> str:
        (message,) = self.queue.receive("tasks")
        self.queue.release(message)
        return message.id

    def told(self) -> list:
        messages = self.queue.receive(INBOX, limit=10)
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
    return lambda: world.queue.depth(INBOX) < told


def test_a_task_is_run_told_of_and_gone(world):
    world.give("true")
    world.serve(until(world, 2))
    started, finished = world.told()
    assert isinstance(started, JobStarted)
    assert (started.runner, finished.status) == ("runner-1", Status.OK)
    assert world.left() == 0


def test_fault_35_a_task_that_comes_again_is_reported_lost_and_not_run_again(world):
    world.give("touch ran")
    world.claim(world.first_message())
    world.serve(until(world, 1))
    (lost,) = world.told()
    assert isinstance(lost, JobLost)
    assert world.left() == 0


def test_a_duplicate_of_a_claimed_task_is_dropped_without_a_word(world):
    world.give("touch ran")
    world.claim("another message")
    world.serve()
    assert world.told() == []
    assert world.left() == 0


def test_a_claim_of_which_only_the_answer_was_lost_is_ours(world, monkeypatch):
    world.give("true")
    create = world.blobs.create

    def lose_the_answer(key, data):
        create(key, data)
        monkeypatch.undo()
        raise Unavailable("no answer")

    monkeypatch.setattr(world.blobs, "create", lose_the_answer)
    world.serve(until(world, 2))
    assert [type(event) for event in world.told()] == [JobStarted, JobFinished]


def test_an_attempt_that_was_given_up_before_it_was_taken_does_not_run(world, tmp_path):
    world.give(f"touch {tmp_path}/ran; sleep 60")
    world.blobs.put("runs/r/jobs/j/1/cancel", b"cancelled by ann")
    world.serve(until(world, 2))
    _, finished = world.told()
    assert (finished.status, finished.reason) == (Status.DROPPED, "cancelled by ann")
    assert finished.verdict == "cancelled"


def test_a_cancel_ends_the_job_at_once(world):
    stop = Stop(run="r", job="j", attempt=1, reason="cancelled by ann")
    world.give("sleep 60")
    started = threading.Timer(0.5, lambda: world.queue.send("control-1", [encode(stop)]))
    started.start()
    begun = time.monotonic()
    world.serve(until(world, 2))
    _, finished = world.told()
    assert (finished.status, finished.reason) == (Status.DROPPED, "cancelled by ann")
    assert time.monotonic() - begun < 5


def test_a_cancel_of_another_attempt_does_not_concern_this_one(world):
    stop = Stop(run="r", job="j", attempt=2, reason="cancelled by ann")
    world.queue.send("control-1", [encode(stop), b"no request"])
    world.give("sleep 0.5")
    world.serve(until(world, 2))
    assert world.told()[1].status is Status.OK


def test_a_task_is_left_to_others_a_few_times_and_then_taken(world, monkeypatch):
    world.give("true", avoid=("runner-1",))
    given_back = []
    release = world.queue.release
    monkeypatch.setattr(
        world.queue,
        "release",
        lambda message, delay: (given_back.append(delay), release(message, delay)),
    )
    told = until(world, 2)
    world.serve(lambda: world.clock.advance(1) or told())
    assert given_back == [loop.AVOID_PAUSE] * loop.AVOIDED
    assert world.told()[1].status is Status.OK


def test_what_is_no_task_is_set_aside_and_told(world):
    world.queue.send("tasks", [b"nonsense"])
    world.give("true")
    world.serve(until(world, 2))
    assert [message.body for message in world.queue.receive("tasks-dead")] == [b"nonsense"]
    assert len(world.bugs) == 1
    assert world.left() == 0


def test_fault_36_a_plan_that_is_missing_is_told_as_an_error(world):
    world.give("true")
    world.blobs.delete("runs/r/plan.json")
    world.serve(until(world, 2))
    _, finished = world.told()
    assert (finished.status, finished.verdict) == (Status.ERROR, "infrastructure")
    assert "plan.json" in finished.reason


def test_a_runner_that_is_ended_gives_its_job_to_others(world):
    world.give("kill -TERM $PPID; sleep 60")
    world.serve(lambda: True)
    _, lost = world.told()
    assert isinstance(lost, JobLost)
    assert "SIGTERM" in lost.reason


def test_attack_24_a_runner_that_lost_its_lease_kills_its_job_and_says_nothing(world, monkeypatch):
    world.give("sleep 60")
    thief: list = []
    extend = world.queue.extend

    def extend_too_late(message, lease):
        world.clock.advance(100)  # the machine slept
        thief.extend(world.queue.receive("tasks", lease=10_000))
        extend(message, lease)

    monkeypatch.setattr(world.queue, "extend", extend_too_late)
    world.serve(lambda: not thief or any(world.bench.work.glob("*/*")), lease=0.3)
    assert [type(event) for event in world.told()] == [JobStarted]
    assert len(thief) == 1
    assert world.blobs.list("runs/r/jobs/j/1") == [
        "runs/r/jobs/j/1/claim",
        "runs/r/jobs/j/1/job.log",
    ]


def test_attack_24_a_job_that_ended_while_its_runner_was_paused_leaves_nothing(world):
    world.give("true")
    world.bench = replace(world.bench, clock=Leaping(world.clock))
    world.serve()
    assert [type(event) for event in world.told()] == [JobStarted]
    assert not [key for key in world.blobs.list("runs") if key.endswith("result.json")]


class Leaping:
    """A clock that shows, once the attempt has begun, that the machine was stopped for long."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.times = 0

    def now(self) -> float:
        return self.clock.now()

    def monotonic(self) -> float:
        self.times += 1
        return self.clock.monotonic() + (1000 if self.times > 2 else 0)


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

    world.execute = stumble
    world.serve(until(world, 2))
    _, finished = world.told()
    assert finished.status is Status.ERROR
    assert "stumbled" in finished.reason
    assert len(world.bugs) == 1
    assert world.left() == 0


def test_the_lease_is_kept_while_hooks_run(world, monkeypatch):
    extended = []
    extend = world.queue.extend
    monkeypatch.setattr(
        world.queue, "extend", lambda message, lease: (extended.append(1), extend(message, lease))
    )
    world.give("true", pre_hooks=("sleep 1",))
    world.serve(until(world, 2), lease=0.3)
    assert len(extended) >= 2
