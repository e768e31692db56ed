"""The cancel of one job, which leaves the others alone."""

from __future__ import annotations

from tests.unit.engine.scenes import Scene, after, job, key

from praktika.engine.run import Phase
from praktika.model.commands import Revoke
from praktika.model.result import Status


def test_a_running_job_is_stopped_and_the_others_go_on() -> None:
    scene = Scene(job("a"), job("b"))
    scene.start("a", "b")
    decision = scene.cancel_one("a", "ann")
    assert decision.commands == (Revoke(job=key("a"), attempt=1, reason="cancelled by ann"),)

    scene.finish("a", Status.DROPPED, verdict="author")
    scene.finish("b")
    assert scene.why("a") == "DROPPED: cancelled by ann"
    assert scene.state("a").verdict == "cancelled"
    assert scene.verdict is Status.DROPPED


def test_what_waits_or_is_queued_is_dropped_at_once() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.cancel_one("b")
    assert scene.revoked == []
    scene.cancel_one("a")

    assert scene.revoked == ["a"]
    assert scene.statuses == {"a": Status.DROPPED, "b": Status.DROPPED}


def test_what_needs_it_is_dropped_and_is_nobodys_failure() -> None:
    scene = Scene(
        job("a"), job("b", after("a")), job("c"), job("last", after("b"), always_run=True)
    )
    scene.cancel_one("a", "ann")
    assert scene.reason("b") == "needs 'a', which was dropped: cancelled by ann"

    scene.finish("c")
    scene.finish("last")
    assert scene.verdict is Status.DROPPED


def test_a_failure_elsewhere_outweighs_it() -> None:
    scene = Scene(job("a"), job("b"))
    scene.cancel_one("a")
    scene.finish("b", Status.FAIL)

    assert scene.verdict is Status.FAIL


def test_a_job_that_always_runs_can_be_cancelled_alone() -> None:
    scene = Scene(job("a"), job("last", always_run=True))
    scene.cancel_one("last")

    assert scene.statuses["last"] is Status.DROPPED


def test_it_is_not_tried_again_when_its_runner_is_lost() -> None:
    scene = Scene(job("a", retries=3))
    scene.start("a")
    scene.cancel_one("a")
    scene.lose("a")

    assert scene.dispatched == ["a"]
    assert scene.verdict is Status.DROPPED


def test_a_job_that_is_over_unknown_or_left_out_is_not_cancelled() -> None:
    scene = Scene(job("a"), job("b"), job("c", decision="skip"))
    scene.finish("a")
    before = scene.run

    for name in ("a", "nobody", "c"):
        scene.cancel_one(name)
    assert scene.run is before


def test_a_request_that_arrives_much_later_does_not_stop_the_next_attempt() -> None:
    scene = Scene(job("a"))
    scene.cancel_one("a", id="cancel-1")
    scene.rerun("a")
    before = scene.run

    scene.cancel_one("a", id="cancel-1")
    assert scene.run is before
    scene.cancel_one("a", id="cancel-2")
    assert scene.state("a").phase is Phase.SETTLED


def test_a_second_cancel_of_a_job_that_is_being_stopped_changes_nothing() -> None:
    scene = Scene(job("a"))
    scene.start("a")
    scene.cancel_one("a")
    before = scene.run

    scene.cancel_one("a", "bob")
    scene.cancel_one("a", "bob", id="cancel-2")
    assert scene.run is before


def test_a_cancel_of_the_run_comes_on_top() -> None:
    scene = Scene(job("a"), job("b"))
    scene.start("a", "b")
    scene.cancel_one("a", "ann")
    scene.cancel("bob")

    assert scene.revoked == ["a", "b"]
    assert scene.reason("a") == "cancelled by ann"
