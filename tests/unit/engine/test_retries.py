"""Failed attempts that are tried again: how often, after what, and what is remembered of them."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key

from praktika.engine.retry import MAX_LOST_ATTEMPTS
from praktika.engine.run import Past, Phase
from praktika.model.commands import Dispatch, SetTimer
from praktika.model.result import Status


def test_fault_26_a_lost_attempt_is_tried_again_with_a_bound_and_the_reason_is_kept() -> None:
    scene = Scene(job("a"))
    for number in range(1, MAX_LOST_ATTEMPTS + 1):
        scene.start("a", runner=f"runner-{number}")
        scene.lose("a", f"runner-{number} died")

    assert scene.dispatched == ["a"] * MAX_LOST_ATTEMPTS
    assert scene.reason("a") == "runner-3 died; given up after 3 attempts"
    assert [past.reason for past in scene.state("a").past] == ["runner-1 died", "runner-2 died"]
    assert [past.runner for past in scene.state("a").past] == ["runner-1", "runner-2"]
    assert scene.verdict is Status.ERROR


def test_an_error_that_the_infrastructure_is_blamed_for_is_as_good_as_a_loss() -> None:
    scene = Scene(job("a"))
    scene.finish("a", Status.ERROR, verdict="infrastructure", reason="no space left")

    assert scene.dispatched == ["a", "a"]
    assert scene.reason("a") == "attempt 1 ended with ERROR: no space left"


@pytest.mark.parametrize("status", [Status.OK, Status.FAIL, Status.SKIPPED])
def test_only_an_error_is_the_infrastructures(status) -> None:
    scene = Scene(job("a"))
    scene.finish("a", status, verdict="infrastructure")

    assert scene.dispatched == ["a"]


def test_an_error_without_a_verdict_is_not_tried_again() -> None:
    """So did runners before there were verdicts, and their journals decide as they did."""
    scene = Scene(job("a", retries=2))
    scene.finish("a", Status.ERROR)

    assert scene.dispatched == ["a"]


@pytest.mark.parametrize("verdict", ["author", "timeout"])
def test_fault_26_a_failure_of_the_author_is_tried_as_often_as_the_job_says(verdict) -> None:
    scene = Scene(job("a", retries=2))
    for _ in range(3):
        scene.finish("a", Status.FAIL, verdict=verdict, reason="2 tests failed")

    assert scene.dispatched == ["a"] * 3
    assert scene.verdict is Status.FAIL
    assert [past.reason for past in scene.state("a").past] == ["2 tests failed"] * 2


def test_a_failure_of_the_author_is_final_unless_the_job_says_otherwise() -> None:
    scene = Scene(job("a"))
    scene.finish("a", Status.FAIL, verdict="author")

    assert scene.dispatched == ["a"]


def test_fault_40_the_dependents_hear_of_the_last_attempt_only() -> None:
    scene = Scene(job("a", retries=1), job("b", after("a")))
    scene.finish("a", Status.FAIL, verdict="author")
    assert scene.state("b").phase is Phase.WAITING

    scene.finish("a", Status.OK)
    assert scene.dispatched == ["a", "a", "b"]


def test_fault_40_an_allowed_failure_is_tried_again_and_then_stops_nobody() -> None:
    scene = Scene(job("a", retries=1, allow_failure=True), job("b", after("a")))
    scene.finish("a", Status.FAIL, verdict="author")
    scene.finish("a", Status.FAIL, verdict="author")
    scene.finish("b")

    assert scene.dispatched == ["a", "a", "b"]
    assert scene.verdict is Status.OK


def test_losses_and_failures_are_counted_apart() -> None:
    scene = Scene(job("a", retries=1))
    scene.lose("a")
    scene.finish("a", Status.FAIL, verdict="author")
    scene.lose("a")
    scene.finish("a", Status.FAIL, verdict="author")

    assert scene.dispatched == ["a"] * 4
    assert scene.verdict is Status.FAIL


def test_a_loss_is_followed_by_a_pause() -> None:
    scene = Scene(job("a"), pauses=(30.0, 90.0))
    decision = scene.lose("a", at=5.0)

    assert decision.commands == (SetTimer(at=35.0, after=30.0),)
    assert scene.state("a").phase is Phase.PAUSED
    assert scene.why("a") == (
        "tried again 30 s after its last attempt; attempt 1 was lost: runner-1 died"
    )
    assert scene.fire(35.0).commands == (Dispatch(job=key("a"), attempt=2),)


def test_the_last_pause_repeats() -> None:
    scene = Scene(job("a"), pauses=(30.0,))
    scene.lose("a", at=5.0)
    scene.fire(35.0)
    scene.lose("a", at=40.0)

    assert scene.state("a").deadline == 70.0


def test_a_failure_of_the_author_is_tried_again_at_once() -> None:
    scene = Scene(job("a", retries=1), pauses=(30.0,))

    assert scene.finish("a", Status.FAIL, verdict="author").commands == (
        Dispatch(job=key("a"), attempt=2),
    )


def test_nobody_can_answer_for_a_job_that_pauses() -> None:
    scene = Scene(job("a"), pauses=(30.0,))
    scene.lose("a")
    before = scene.run

    scene.finish("a")
    scene.start("a")
    scene.lose("a")
    assert scene.run is before


def test_a_job_that_pauses_is_cancelled_at_once_and_its_attempt_is_told_once() -> None:
    scene = Scene(job("a"), pauses=(30.0,))
    scene.start("a")
    scene.lose("a")
    scene.cancel("ann")
    assert scene.revoked == []
    assert scene.verdict is Status.DROPPED

    scene.rerun("a")
    assert scene.state("a").past == (
        Past(
            attempt=1,
            status=Status.ERROR,
            verdict="infrastructure",
            reason="runner-1 died",
            runner="runner-1",
        ),
    )


def test_fault_24_a_pause_survives_a_crash() -> None:
    scene = Scene(job("a"), pauses=(30.0,))
    scene.lose("a", at=5.0)

    assert scene.crash() == (SetTimer(at=35.0, after=30.0),)


def test_a_stopped_attempt_is_not_tried_again_whatever_becomes_of_it() -> None:
    scene = Scene(job("a", retries=5))
    scene.start("a")
    scene.cancel()
    scene.finish("a", Status.FAIL, verdict="author")

    assert scene.dispatched == ["a"]
    assert scene.verdict is Status.FAIL
