"""The loop around the engine: journal before deeds, deeds once, and a true end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.queue import MemoryQueue
from praktika.engine.step import replay
from praktika.errors import AuthorError, Denied
from praktika.model.events import (
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    RunRequested,
)
from praktika.model.facts import Facts
from praktika.model.plan import Base, Job, Need, Plan
from praktika.model.result import Result, Status
from praktika.model.task import RunFile, Task
from praktika.model.wire import decode, encode
from praktika.orchestrator import names
from praktika.orchestrator.own_run import OwnRun
from praktika.orchestrator.surroundings import Surroundings

INBOX = "events-r.fifo"
REQUEST = RunRequested(
    at=1.0, workflow="W", by="ann", facts=Facts(repository="o/r", sha="abc"), inbox=INBOX
)


class ScriptedCompute:
    """Runners that answer as the test says, whenever the orchestrator looks for lost ones."""

    def __init__(self, queue: MemoryQueue, blobs: MemoryBlobs, clock: ManualClock) -> None:
        self.queue, self.blobs, self.clock = queue, blobs, clock
        self.outcomes: dict[str, Status] = {}
        self.ran: list[Task] = []
        self.die_on: set[str] = set()
        self.sleepers: set[str] = set()
        self.control = ""

    def scale(self, pool: str, size: int) -> None: ...

    def close(self) -> None: ...

    def lost(self) -> list[str]:
        lost = []
        for message in self.queue.receive("tasks", limit=100):
            task = decode(message.body, Task)
            self.ran.append(task)
            self.queue.ack([message])
            runner = f"runner-{len(self.ran)}"
            self.tell(
                JobStarted(
                    at=self.clock.now(),
                    job=task.job,
                    attempt=task.attempt,
                    runner=runner,
                    control=self.control,
                )
            )
            if task.job in self.die_on:
                self.die_on.discard(task.job)
                lost.append(runner)
            elif task.job not in self.sleepers:
                self.finish(task)
        for task in self.ran:
            key = names.job("r", task.job, task.attempt, "cancel")
            if task.job in self.sleepers and self.blobs.list(key.rsplit("/", 1)[0]) == [key]:
                self.sleepers.discard(task.job)
                self.finish(task, Status.DROPPED)
        return lost

    def finish(self, task: Task, status: Status | None = None) -> None:
        status = status or self.outcomes.get(task.job, Status.OK)
        result = Result(name=task.job, status=status)
        self.blobs.put(names.job("r", task.job, task.attempt, "result.json"), encode(result))
        self.tell(
            JobFinished(at=self.clock.now(), job=task.job, attempt=task.attempt, status=status)
        )

    def tell(self, event) -> None:
        self.queue.send(INBOX, [encode(event)], group="r")


class World:
    def __init__(self) -> None:
        self.clock = ManualClock()
        self.journal = MemoryJournal()
        self.queue = MemoryQueue(self.clock)
        self.blobs = MemoryBlobs()
        self.compute = ScriptedCompute(self.queue, self.blobs, self.clock)

    def orchestrator(self, plan: Plan | Callable[[str], Plan]) -> OwnRun:
        around = Surroundings(
            journal=self.journal,
            queue=self.queue,
            blobs=self.blobs,
            clock=self.clock,
            inbox=INBOX,
            alarms="alarms-r",
            tasks=lambda _label, _trust: "tasks",
            make_plan=(lambda _request: plan) if isinstance(plan, Plan) else plan,
            render=lambda result: f"<page of {result.status}>".encode(),
            lost=self.compute.lost,
        )
        return OwnRun("r", around)


def job(key: str, *needs: str, **fields) -> Job:
    edges = tuple(Need(job=need, kind="order") for need in needs)
    return Job(key=key, name=key.upper(), command="true", needs=edges, **fields)


def plan(*jobs: Job) -> Plan:
    return Plan(workflow="W", event="pull_request", jobs=jobs)


@pytest.fixture
def world() -> World:
    return World()


def test_a_run_goes_from_request_to_report(world):
    orchestrator = world.orchestrator(plan(job("a"), job("b", "a")))
    orchestrator.request(REQUEST)
    result = orchestrator.serve(lambda: None)
    assert result.status is Status.OK
    assert [part.name for part in result.results] == ["a", "b"]
    assert [task.job for task in world.compute.ran] == ["a", "b"]
    assert world.blobs.get(names.report("r")) == b"<page of OK>"
    assert decode(world.blobs.get(names.result("r")), Result) == result


def test_runners_are_told_what_to_start_jobs_with(world):
    base = Base(venv="tools", overlay="overlays/a.tar.gz", overlay_sha256="a")
    orchestrator = world.orchestrator(structs.replace(plan(job("a")), base=base))
    orchestrator.request(REQUEST)
    orchestrator.serve(lambda: None)
    found = decode(world.blobs.get(names.run_file("r")), RunFile)
    assert (found.base_venv, found.overlay, found.overlay_sha256) == (
        "tools", "overlays/a.tar.gz", "a",
    )  # fmt: skip


def test_the_journal_tells_the_same_story(world):
    orchestrator = world.orchestrator(plan(job("a"), job("b", "a")))
    orchestrator.request(REQUEST)
    orchestrator.serve(lambda: None)
    assert replay(world.journal.read("r")) == orchestrator.case.run


def test_a_second_request_of_the_same_run_begins_nothing(world):
    world.orchestrator(plan(job("a"))).request(REQUEST)
    length = len(world.journal.read("r"))
    world.orchestrator(plan(job("a"))).request(REQUEST)
    assert len(world.journal.read("r")) == length


def test_fault_29_a_red_run_is_red(world):
    world.compute.outcomes["a"] = Status.FAIL
    orchestrator = world.orchestrator(plan(job("a"), job("b", "a")))
    orchestrator.request(REQUEST)
    result = orchestrator.serve(lambda: None)
    assert [result.status, *(part.status for part in result.results)] == [
        Status.FAIL,
        Status.FAIL,
        Status.DROPPED,
    ]
    assert "needs 'A'" in result.results[1].info


def test_fault_23_a_bad_declaration_ends_in_a_result_that_says_so(world):
    def refuse(_request: RunRequested) -> Plan:
        raise AuthorError(text="ci/workflows/a.py:3: cycle: A waits for itself")

    orchestrator = world.orchestrator(refuse)
    orchestrator.request(REQUEST)
    result = orchestrator.serve(lambda: None)
    assert result.status is Status.ERROR
    assert "ci/workflows/a.py:3" in result.info
    assert world.blobs.get(names.report("r"))


def test_a_lost_runner_s_job_is_given_to_another_one(world):
    world.compute.die_on = {"a"}
    orchestrator = world.orchestrator(plan(job("a")))
    orchestrator.request(REQUEST)
    assert orchestrator.serve(lambda: None).status is Status.OK
    assert [task.attempt for task in world.compute.ran] == [1, 2]


def test_a_cancel_stops_what_runs_and_drops_what_waits(world):
    world.compute.sleepers = {"a"}
    requests = iter([None, CancelRequested(at=2.0, by="ann")])
    orchestrator = world.orchestrator(plan(job("a"), job("b", "a"), job("c", "b", always_run=True)))
    orchestrator.request(REQUEST)
    result = orchestrator.serve(lambda: next(requests, None))
    statuses = {part.name.lower(): part.status for part in result.results}
    assert statuses == {"a": Status.DROPPED, "b": Status.DROPPED, "c": Status.OK}
    assert result.status is Status.DROPPED
    assert result.ext["is_cancelled"] is True


class Guarded(MemoryQueue):
    """Queues of a cloud, where orchestrators may send to those of machines alone."""

    def send(self, queue, bodies, **more):
        if queue.startswith("control-"):
            raise Denied(f"may not send to {queue}")
        super().send(queue, bodies, **more)


def test_security_9_a_runner_that_names_an_odd_queue_keeps_no_run_from_being_cancelled(world):
    world.queue = world.compute.queue = Guarded(world.clock)
    world.compute.sleepers, world.compute.control = {"a"}, "control-of-nobody"
    requests = iter([None, CancelRequested(at=2.0, by="ann")])
    orchestrator = world.orchestrator(plan(job("a")))
    orchestrator.request(REQUEST)
    assert orchestrator.serve(lambda: next(requests, None)).status is Status.DROPPED


def test_fault_24_a_successor_goes_on_where_the_dead_one_stopped(world):
    dead = world.orchestrator(plan(job("a"), job("b", "a")))
    dead.request(REQUEST)
    # It dies here: journalled, dispatched, nothing answered yet.
    successor = world.orchestrator(plan(job("a"), job("b", "a")))
    successor.take_over()
    result = successor.serve(lambda: None)
    assert result.status is Status.OK
    # What was queued is asked for again, which the claim sorts out.
    assert {(task.job, task.attempt) for task in world.compute.ran} == {("a", 1), ("b", 1)}


def test_fault_24_what_was_claimed_and_not_told_is_lost_with_its_queue(world):
    dead = world.orchestrator(plan(job("a")))
    dead.request(REQUEST)
    world.blobs.create(names.job("r", "a", 1, "claim"), b"a runner that is gone, too")
    world.queue.remove("tasks")
    successor = world.orchestrator(plan(job("a")))
    successor.take_over()
    assert successor.serve(lambda: None).status is Status.OK
    # The task of the first attempt may be there again; its claim says that it is not to be run.
    assert world.compute.ran[-1].attempt == 2


def test_one_who_is_behind_reads_what_the_other_wrote_and_loses_nothing(world):
    first = world.orchestrator(plan(job("a"), job("b", "a")))
    first.request(REQUEST)
    second = world.orchestrator(plan(job("a"), job("b", "a")))
    second.case.refresh()
    first.case.take([JobStarted(at=3.0, job="a", attempt=1)])
    first.case.take([JobLost(at=3.0, job="a", attempt=1, reason="gone")])
    # The second one still thinks that attempt 1 counts.
    second.case.take([JobFinished(at=4.0, job="a", attempt=2, status=Status.OK)])
    assert second.case.run.jobs["b"].attempt == 1
    assert replay(world.journal.read("r")) == second.case.run


def test_a_result_that_was_never_stored_is_made_up_from_what_is_known(world):
    world.compute.finish = lambda task: world.compute.tell(
        JobFinished(at=1.0, job=task.job, attempt=task.attempt, status=Status.ERROR, reason="gone")
    )
    orchestrator = world.orchestrator(plan(job("a")))
    orchestrator.request(REQUEST)
    (part,) = orchestrator.serve(lambda: None).results
    assert (part.status, part.info) == (Status.ERROR, "gone")
