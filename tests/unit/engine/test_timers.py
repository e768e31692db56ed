"""What the passing of time brings about."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key

from praktika.engine.run import Phase
from praktika.engine.timers import words
from praktika.model.commands import Conclude, Dispatch, Revoke, SetTimer
from praktika.model.result import Status


def test_without_policies_no_timer_is_set() -> None:
    scene = Scene(job("a"))
    scene.start("a")

    assert scene.told(SetTimer) == []
    before = scene.run
    scene.fire(1e9)
    assert scene.run is before


def test_what_nobody_takes_is_an_error_with_the_cause() -> None:
    scene = Scene(job("a", runs_on=("arm", "large")), job("b", after("a")), pickup_timeout=90.0)
    assert scene.told(SetTimer) == [SetTimer(at=91.0, after=90.0)]

    scene.fire(91.0, arm="no runner of pool 'arm' lives")
    assert scene.reason("a") == "no runner took it within 90 s: no runner of pool 'arm' lives"
    assert scene.state("a").verdict == "infrastructure"
    assert scene.revoked == ["a"]
    assert scene.statuses["b"] is Status.DROPPED
    assert scene.verdict is Status.ERROR


def test_without_a_known_cause_it_is_an_error_without_one() -> None:
    scene = Scene(job("a"), pickup_timeout=90.0)
    scene.fire(91.0, arm="somebody else's")

    assert scene.reason("a") == "no runner took it within 90 s"


def test_for_what_is_given_up_no_further_timer_is_set() -> None:
    scene = Scene(job("a"), job("b"), pickup_timeout=90.0, overtime=30.0)
    scene.start("b")

    assert scene.told(SetTimer)[-1].at == 91.0
    assert scene.fire(91.0).commands[-1] == SetTimer(at=18032.0, after=17941.0)


def test_what_is_taken_in_time_is_not_given_up() -> None:
    scene = Scene(job("a"), pickup_timeout=90.0)
    scene.start("a", at=80.0)
    decision = scene.fire(91.0)

    assert decision.commands == ()
    assert scene.state("a").phase is Phase.RUNNING
    assert scene.run.alarm == 0.0


def test_a_runner_that_is_silent_after_the_timeout_is_given_up_and_told() -> None:
    scene = Scene(job("a", timeout=60.0), overtime=120.0)
    scene.start("a", at=10.0)
    assert scene.told(SetTimer) == [SetTimer(at=190.0, after=180.0)]

    scene.fire(190.0)
    assert scene.reason("a") == ("runner-1 said nothing for 2 min after the job's timeout of 60 s")
    assert scene.state("a").verdict == "timeout"
    assert scene.revoked == ["a"]
    assert scene.verdict is Status.ERROR


def test_a_runner_that_does_not_confirm_a_stop_is_not_waited_for() -> None:
    scene = Scene(job("a"), overtime=30.0)
    scene.start("a")
    scene.cancel("ann")
    assert scene.verdict is None

    scene.fire(34.0)
    assert scene.reason("a") == "cancelled by ann; runner-1 did not confirm that it ended"
    assert scene.revoked == ["a"]
    assert scene.verdict is Status.DROPPED
    assert Revoke(job=key("a"), attempt=1, reason=scene.reason("a")) in scene.crash()


def test_the_deadline_of_the_run_stops_all_but_what_always_runs() -> None:
    scene = Scene(
        job("a"), job("b", after("a")), job("c", after("b"), always_run=True), timeout=7200
    )
    scene.start("a")
    scene.fire(7201.0)
    assert scene.reason("b") == "cancelled by the run's deadline (2 h)"
    assert scene.revoked == ["a"]

    scene.finish("a", Status.DROPPED)
    scene.finish("c")
    assert scene.dispatched == ["a", "c"]
    assert scene.verdict is Status.ERROR


def test_the_deadline_passes_once() -> None:
    scene = Scene(job("a"), timeout=60.0)
    scene.start("a")
    scene.fire(61.0)
    before = scene.run

    assert scene.fire(61.0).commands == ()
    assert scene.run is before


@pytest.mark.parametrize("at", [0.0, 30.0, 60.9])
def test_a_timer_that_fires_early_changes_nothing(at) -> None:
    scene = Scene(job("a"), timeout=60.0)
    before = scene.run

    scene.fire(at)
    assert scene.run is before


def test_the_earliest_time_wins_and_the_next_is_set_when_it_has_come() -> None:
    scene = Scene(job("a"), job("b"), timeout=60.0, pickup_timeout=10.0)
    assert scene.told(SetTimer) == [SetTimer(at=11.0, after=10.0)]

    scene.start("a")
    assert scene.fire(11.0).commands[-1] == SetTimer(at=61.0, after=50.0)
    assert scene.statuses == {"a": Status.RUNNING, "b": Status.ERROR}


def test_a_timer_that_fires_late_does_all_that_is_late() -> None:
    scene = Scene(job("a", runs_on=("arm",)), job("b"), pickup_timeout=10.0, timeout=500.0)
    scene.lose("b", at=5.0)
    scene.fire(400.0)

    assert scene.statuses == {"a": Status.ERROR, "b": Status.ERROR}
    assert scene.verdict is Status.ERROR


def test_fault_24_a_successor_sets_the_timer_with_the_time_that_is_left() -> None:
    scene = Scene(job("a"), job("b"), timeout=60.0)
    scene.start("a", at=21.0)

    assert scene.crash() == (
        Dispatch(job=key("b"), attempt=1),
        SetTimer(at=61.0, after=40.0),
    )


def test_when_the_run_is_over_no_timer_is_set_and_none_counts() -> None:
    scene = Scene(job("a"), timeout=60.0)
    scene.finish("a")
    before = scene.run

    assert scene.fire(61.0).commands == ()
    assert scene.run is before
    assert scene.crash() == (Conclude(status=Status.OK),)


@pytest.mark.parametrize(
    ("seconds", "text"), [(1.5, "1.5 s"), (90, "90 s"), (120, "2 min"), (9000, "2.5 h")]
)
def test_durations_are_for_people(seconds, text) -> None:
    assert words(seconds) == text
