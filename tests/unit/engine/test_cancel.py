"""What a cancel stops, and what it leaves."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key, plan_of

from praktika.engine.run import Phase, Run
from praktika.engine.step import step
from praktika.model.commands import Conclude, Revoke
from praktika.model.events import CancelRequested, Planned, RunRequested
from praktika.model.result import Status


def test_what_waits_is_dropped_what_is_queued_or_runs_is_stopped() -> None:
    scene = Scene(job("runs"), job("queued"), job("waits", after("runs")))
    scene.start("runs")
    scene.cancel("ann")

    assert set(scene.revoked) == {"runs", "queued"}
    assert scene.statuses == {
        "runs": Status.RUNNING,
        "queued": Status.DROPPED,
        "waits": Status.DROPPED,
    }
    assert scene.reason("waits") == scene.reason("queued") == "cancelled by ann"
    assert scene.verdict is None


def test_the_run_is_over_when_what_ran_has_answered() -> None:
    scene = Scene(job("a"))
    scene.start("a")
    scene.cancel("ann")
    scene.finish("a", Status.DROPPED)

    assert scene.reason("a") == "cancelled by ann"
    assert scene.verdict is Status.DROPPED


def test_a_job_that_comes_through_although_it_was_stopped_keeps_its_outcome() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.start("a")
    scene.cancel()
    scene.finish("a", Status.OK)

    assert scene.statuses == {"a": Status.OK, "b": Status.DROPPED}
    assert scene.dispatched == ["a"]


def test_a_stopped_job_whose_runner_is_lost_is_not_tried_again() -> None:
    scene = Scene(job("a"))
    scene.start("a")
    scene.cancel("ann")
    scene.lose("a")

    assert scene.dispatched == ["a"]
    assert scene.reason("a") == "cancelled by ann"
    assert scene.verdict is Status.DROPPED


def test_jobs_that_always_run_run_after_a_cancel() -> None:
    scene = Scene(job("a"), job("last", after("a"), always_run=True))
    scene.start("a")
    scene.cancel()
    assert scene.dispatched == ["a"]

    scene.finish("a", Status.DROPPED)
    assert scene.dispatched == ["a", "last"]
    scene.finish("last")
    assert scene.verdict is Status.DROPPED


def test_jobs_that_always_run_start_with_the_cancel_if_nothing_else_is_left() -> None:
    scene = Scene(job("a"), job("last", after("a"), always_run=True))
    scene.cancel()

    assert scene.dispatched == ["a", "last"]


def test_a_cancel_does_not_stop_what_always_runs() -> None:
    scene = Scene(job("a", always_run=True), job("b", always_run=True))
    scene.start("a")
    scene.cancel()

    assert scene.revoked == []


def test_a_job_that_always_runs_and_is_lost_is_tried_again_after_a_cancel() -> None:
    scene = Scene(job("a", always_run=True))
    scene.cancel()
    scene.lose("a")

    assert scene.dispatched == ["a", "a"]


def test_a_forced_cancel_stops_what_always_runs_too() -> None:
    scene = Scene(job("a"), job("last", after("a"), always_run=True), job("b", always_run=True))
    scene.start("a", "b")
    scene.cancel("ann", force=True)

    assert set(scene.revoked) == {"a", "b"}
    assert scene.reason("last") == "cancelled by ann"
    assert "last" not in scene.dispatched


def test_force_may_come_after_a_plain_cancel_and_stops_only_the_rest() -> None:
    scene = Scene(job("a"), job("b", always_run=True))
    scene.start("a", "b")
    scene.cancel("ann")
    decision = scene.cancel("bob", force=True)

    assert decision.commands == (Revoke(job=key("b"), attempt=1, reason="cancelled by ann"),)


def test_a_second_cancel_of_the_same_kind_changes_nothing() -> None:
    scene = Scene(job("a"))
    scene.start("a")
    scene.cancel("ann", force=True)
    before = scene.run

    assert scene.cancel("bob").commands == ()
    assert scene.cancel("bob", force=True).commands == ()
    assert scene.run is before


def test_a_cancel_by_nobody_is_a_cancel() -> None:
    scene = Scene(job("a"))
    scene.start("a")
    scene.cancel("")
    before = scene.run

    assert scene.reason("a") == "cancelled by somebody"
    scene.cancel("")
    assert scene.run is before
    scene.finish("a", Status.DROPPED)
    assert scene.verdict is Status.DROPPED


def test_a_cancel_while_the_plan_is_made_ends_the_run() -> None:
    run = step(Run(), RunRequested(at=0.0, workflow="w")).run
    decision = step(run, CancelRequested(at=1.0, by="ann"))
    assert decision.commands == (Conclude(status=Status.DROPPED),)

    late = step(decision.run, Planned(at=2.0, plan=plan_of(job("a"))))
    assert late.run is decision.run
    assert late.commands == ()


@pytest.mark.parametrize("force", [True, False])
def test_a_cancel_after_the_end_changes_nothing(force) -> None:
    scene = Scene(job("a"))
    scene.finish("a")
    before = scene.run

    assert scene.cancel(force=force).commands == ()
    assert scene.run is before


def test_a_cancel_before_the_request_changes_nothing() -> None:
    run = Run()

    assert step(run, CancelRequested(at=0.0, by="ann")).run is run


def test_fault_24_the_stop_of_a_queued_job_survives_a_crash() -> None:
    """Otherwise a runner would take the task of a cancelled run from the queue."""
    scene = Scene(job("a"), job("b", always_run=True))
    scene.cancel("ann")

    assert Revoke(job=key("a"), attempt=1, reason="cancelled by ann") in scene.crash()
    assert scene.state("a").phase is Phase.SETTLED


def test_fault_24_a_stop_that_was_answered_is_not_asked_for_again() -> None:
    scene = Scene(job("a"), job("b", always_run=True))
    scene.start("a", "b")
    scene.cancel("ann")
    scene.finish("a", Status.DROPPED)

    assert scene.crash() == ()


def test_fault_24_the_last_stops_come_before_the_conclusion_after_a_crash() -> None:
    scene = Scene(job("a"))
    scene.cancel("ann")

    assert scene.crash() == (
        Revoke(job=key("a"), attempt=1, reason="cancelled by ann"),
        Conclude(status=Status.DROPPED),
    )
