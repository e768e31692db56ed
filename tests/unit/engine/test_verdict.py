"""What a run amounts to; fault 29: a red run is red."""

from __future__ import annotations

from itertools import product

import pytest
from tests.unit.engine.scenes import Scene, after, job

from praktika.engine.run import Run, Stage
from praktika.engine.step import step
from praktika.model.commands import Conclude
from praktika.model.events import PlanFailed, RunRequested
from praktika.model.result import Status

OF_ONE = {
    Status.OK: Status.OK,
    Status.SKIPPED: Status.OK,
    Status.XFAIL: Status.OK,
    Status.FAIL: Status.FAIL,
    Status.UNKNOWN: Status.FAIL,
    Status.XPASS: Status.FAIL,
    Status.DROPPED: Status.FAIL,
    Status.ERROR: Status.ERROR,
}
RANK = [Status.OK, Status.DROPPED, Status.FAIL, Status.ERROR]


@pytest.mark.parametrize(("status", "verdict"), OF_ONE.items())
def test_fault_29_of_one_job(status, verdict) -> None:
    scene = Scene(job("a"))
    scene.finish("a", status)

    assert scene.verdict is verdict


@pytest.mark.parametrize("statuses", [*product(OF_ONE, repeat=2)])
def test_fault_29_of_several_jobs_it_is_the_worst(statuses) -> None:
    scene = Scene(job("a"), job("b"))
    for name, status in zip("ab", statuses, strict=True):
        scene.finish(name, status)

    assert scene.verdict is max((OF_ONE[status] for status in statuses), key=RANK.index)


@pytest.mark.parametrize("status", OF_ONE)
def test_fault_40_what_is_allowed_to_fail_does_not_count(status) -> None:
    scene = Scene(job("a", allow_failure=True), job("b"))
    scene.finish("a", status)
    scene.finish("b")

    assert scene.verdict is Status.OK


@pytest.mark.parametrize("status", [Status.FAIL, Status.ERROR])
def test_a_failure_before_a_cancel_stays_the_verdict(status) -> None:
    scene = Scene(job("a"), job("b"))
    scene.finish("a", status)
    scene.cancel()

    assert scene.verdict is status


def test_a_failure_after_a_cancel_counts() -> None:
    scene = Scene(job("a"), job("b"))
    scene.start("a")
    scene.cancel()
    scene.finish("a", Status.FAIL)

    assert scene.verdict is Status.FAIL


def test_a_cancelled_run_is_dropped_though_only_allowed_jobs_were_left() -> None:
    scene = Scene(job("a"), job("b", allow_failure=True))
    scene.finish("a")
    scene.cancel()

    assert scene.verdict is Status.DROPPED


def test_a_cancel_that_dropped_nothing_does_not_change_the_verdict() -> None:
    scene = Scene(job("a"), job("last", after("a"), always_run=True))
    scene.finish("a")
    scene.cancel()
    scene.finish("last")

    assert scene.verdict is Status.OK


def test_a_run_without_a_plan_is_an_error_and_says_why() -> None:
    run = step(Run(), RunRequested(at=0.0, workflow="w")).run
    decision = step(run, PlanFailed(at=1.0, reason="ci/workflows/a.py:3: no such job"))

    assert decision.commands == (Conclude(status=Status.ERROR),)
    assert decision.run.stage is Stage.CONCLUDED
    assert decision.run.failure == "ci/workflows/a.py:3: no such job"
