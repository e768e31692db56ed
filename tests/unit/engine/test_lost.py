"""Lost runners, lost orchestrators, late answers."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key

from praktika.engine.retry import MAX_LOST_ATTEMPTS
from praktika.engine.run import Run
from praktika.engine.step import due, replay
from praktika.model.commands import Conclude, Dispatch, MakePlan
from praktika.model.events import JobFinished, JobLost, JobStarted, PlanFailed, RunRequested
from praktika.model.result import Status


def test_a_lost_attempt_is_replaced_by_the_next() -> None:
    scene = Scene(job("a"))
    scene.start("a")

    assert scene.lose("a").commands == (Dispatch(job=key("a"), attempt=2),)
    assert scene.state("a").runner == ""


def test_an_attempt_that_is_lost_before_it_started_is_replaced_too() -> None:
    assert Scene(job("a")).lose("a").commands == (Dispatch(job=key("a"), attempt=2),)


def test_after_so_many_losses_the_job_is_an_error() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    for _ in range(MAX_LOST_ATTEMPTS):
        scene.lose("a", "runner-3 died")

    assert scene.dispatched == ["a"] * MAX_LOST_ATTEMPTS
    assert scene.statuses == {"a": Status.ERROR, "b": Status.DROPPED}
    assert scene.reason("a") == f"runner-3 died; given up after {MAX_LOST_ATTEMPTS} attempts"
    assert scene.verdict is Status.ERROR


def test_an_allowed_job_that_is_lost_for_good_does_not_fail_the_run() -> None:
    scene = Scene(job("a", allow_failure=True), job("b", after("a")))
    for _ in range(MAX_LOST_ATTEMPTS):
        scene.lose("a")
    scene.finish("b")

    assert scene.verdict is Status.OK


@pytest.mark.parametrize(
    "late",
    [
        JobFinished(at=9.0, job=key("a"), attempt=1, status=Status.OK),
        JobStarted(at=9.0, job=key("a"), attempt=1),
        JobLost(at=9.0, job=key("a"), attempt=1, reason="again"),
        JobFinished(at=9.0, job=key("a"), attempt=3, status=Status.OK),
    ],
)
def test_fault_35_only_the_current_attempt_is_listened_to(late) -> None:
    scene = Scene(job("a"))
    scene.lose("a")
    before = scene.run

    assert scene.tell(late).commands == ()
    assert scene.run is before


def test_a_repeated_end_changes_nothing() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a")
    before = scene.run

    assert scene.tell(scene.journal[-1]).commands == ()
    assert scene.run is before


def test_fault_24_a_successor_knows_what_the_journal_tells() -> None:
    scene = Scene(job("a"), job("b"), job("c", after("a")))
    scene.start("a")
    scene.lose("a")
    scene.finish("b", Status.FAIL)
    known = scene.run

    scene.crash()
    assert scene.run == known


def test_fault_24_what_is_queued_is_due_and_what_runs_is_not() -> None:
    scene = Scene(job("a"), job("b"), job("c", after("a")))
    scene.lose("a")
    scene.start("b")

    assert scene.crash() == (Dispatch(job=key("a"), attempt=2),)


def test_fault_24_the_plan_is_due_until_it_is_there() -> None:
    assert due(Run()) == ()
    run = replay([RunRequested(at=0.0, workflow="w")])
    assert due(run) == (MakePlan(workflow="w"),)
    failed = replay([RunRequested(at=0.0, workflow="w"), PlanFailed(at=1.0, reason="broken")])
    assert due(failed) == (Conclude(status=Status.ERROR),)


def test_fault_24_the_conclusion_is_due_when_the_run_is_over() -> None:
    scene = Scene(job("a"))
    scene.finish("a", Status.FAIL)

    assert scene.crash() == (Conclude(status=Status.FAIL),)
