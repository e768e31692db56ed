"""What becomes of the others when a job does not go well."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, reads, takes

from praktika.model.result import Status

BAD = [Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.XPASS]


@pytest.mark.parametrize("status", BAD)
@pytest.mark.parametrize("needs", [after("a"), reads("a"), takes("a", "bin")])
def test_a_failing_need_drops_what_waits_for_it_and_says_so(status, needs) -> None:
    scene = Scene(job("a"), job("b", needs))
    scene.finish("a", status, provided=("bin",))

    assert scene.dispatched == ["a"]
    assert scene.statuses["b"] is Status.DROPPED
    assert scene.reason("b") == f"needs 'a', which ended with {status}"


@pytest.mark.parametrize("status", [Status.OK, Status.SKIPPED, Status.XFAIL])
def test_a_need_with_nothing_to_mend_is_met(status) -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a", status)

    assert scene.dispatched == ["a", "b"]


def test_along_a_chain_each_reason_names_its_need_and_where_it_began() -> None:
    scene = Scene(job("a"), job("b", after("a")), job("c", after("b")), job("d", after("c")))
    scene.finish("a", Status.FAIL)

    assert scene.reason("c") == "needs 'b', which was dropped: 'a' ended with FAIL"
    assert scene.reason("d") == "needs 'c', which was dropped: 'a' ended with FAIL"
    assert scene.verdict is Status.FAIL


def test_what_does_not_hang_on_the_failure_goes_on() -> None:
    scene = Scene(job("a"), job("b"), job("c", after("b")), job("d", after("a", "c")))
    scene.finish("a", Status.FAIL)
    assert scene.statuses["d"] is Status.DROPPED
    assert scene.verdict is None

    scene.finish("b")
    scene.finish("c")
    assert scene.dispatched == ["a", "b", "c"]
    assert scene.verdict is Status.FAIL


def test_a_job_is_dropped_once_though_two_of_its_needs_fail() -> None:
    scene = Scene(job("a"), job("b"), job("c", after("a", "b")))
    scene.finish("b", Status.ERROR)
    scene.finish("a", Status.FAIL)

    assert scene.reason("c") == "needs 'b', which ended with ERROR"
    assert scene.verdict is Status.ERROR


@pytest.mark.parametrize("status", BAD)
def test_fault_40_an_allowed_failure_stops_nobody_and_fails_nothing(status) -> None:
    scene = Scene(job("a", allow_failure=True), job("b", after("a")))
    scene.finish("a", status)
    assert scene.dispatched == ["a", "b"]

    scene.finish("b")
    assert scene.statuses["a"] is status
    assert scene.verdict is Status.OK


@pytest.mark.parametrize("status", [Status.FAIL, Status.ERROR])
def test_fault_40_a_failure_that_does_not_block_lets_others_go_on_and_fails_the_run(status) -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a", status, blocks=False)
    assert scene.dispatched == ["a", "b"]

    scene.finish("b")
    assert scene.verdict is status


def test_an_artifact_that_an_allowed_failure_did_not_provide_drops_its_consumer() -> None:
    scene = Scene(
        job("a", allow_failure=True, provides=("bin", "log")),
        job("b", takes("a", "log", "bin")),
        job("c", after("b")),
    )
    scene.finish("a", Status.FAIL, provided=("log",))

    assert scene.reason("b") == "needs artifact 'bin', which 'a' (FAIL) did not provide"
    assert scene.reason("c") == (
        "needs 'b', which was dropped: 'a' (FAIL) did not provide artifact 'bin'"
    )
    assert scene.verdict is Status.FAIL


def test_an_artifact_that_a_good_job_did_not_provide_drops_its_consumer() -> None:
    scene = Scene(job("a", provides=("bin",)), job("b", takes("a", "bin")))
    scene.finish("a", Status.OK)

    assert scene.reason("b") == "needs artifact 'bin', which 'a' (OK) did not provide"
    assert scene.verdict is Status.FAIL


def test_fault_40_a_branch_that_may_fail_as_a_whole_does_not_fail_the_run() -> None:
    scene = Scene(
        job("build arm", allow_failure=True, provides=("arm",)),
        job("test arm", takes("build arm", "arm"), allow_failure=True),
        job("build amd"),
    )
    scene.finish("build arm", Status.FAIL)
    scene.finish("build amd")

    assert scene.statuses["test arm"] is Status.DROPPED
    assert scene.verdict is Status.OK


def test_always_run_waits_for_all_needs_and_runs_whatever_became_of_them() -> None:
    scene = Scene(
        job("a"),
        job("b"),
        job("c", after("a")),
        job("last", after("a", "b", "c"), always_run=True),
    )
    scene.finish("a", Status.FAIL)
    assert scene.dispatched == ["a", "b"]

    scene.finish("b", Status.ERROR)
    assert scene.dispatched == ["a", "b", "last"]
    scene.finish("last")
    assert scene.verdict is Status.ERROR


def test_always_run_starts_without_the_artifact_that_it_asks_for() -> None:
    scene = Scene(job("a", provides=("log",)), job("last", takes("a", "log"), always_run=True))
    scene.finish("a", Status.FAIL)

    assert scene.dispatched == ["a", "last"]


def test_what_needs_a_job_that_always_runs_goes_on_after_it() -> None:
    scene = Scene(job("a"), job("b", after("a"), always_run=True), job("c", after("b")))
    scene.finish("a", Status.FAIL)
    scene.finish("b")

    assert scene.dispatched == ["a", "b", "c"]


@pytest.mark.parametrize("status", [Status.PENDING, Status.RUNNING])
def test_an_end_that_is_none_is_an_error_and_not_waited_for(status) -> None:
    scene = Scene(job("a"))
    scene.finish("a", status)

    assert scene.statuses["a"] is Status.ERROR
    assert scene.reason("a") == f"its runner reported it as ended with {status}"
    assert scene.verdict is Status.ERROR


def test_a_job_that_its_runner_dropped_without_a_word_has_a_reason() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a", Status.DROPPED)

    assert scene.reason("a") == "its runner dropped it and gave no reason"
    assert scene.reason("b").startswith("needs 'a', which was dropped: its runner dropped it")
    assert scene.verdict is Status.FAIL
