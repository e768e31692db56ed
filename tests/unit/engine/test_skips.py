"""Jobs that the plan itself leaves out."""

from __future__ import annotations

from tests.unit.engine.scenes import Scene, after, job, takes

from praktika.model.result import Status


def test_a_skipped_job_never_runs_and_keeps_the_reason_of_the_plan() -> None:
    scene = Scene(job("a", decision="skip", reason="no file of it changed"))

    assert scene.dispatched == []
    assert scene.statuses == {"a": Status.SKIPPED}
    assert scene.reason("a") == "no file of it changed"
    assert scene.verdict is Status.OK


def test_a_skip_without_a_reason_gets_one() -> None:
    assert Scene(job("a", decision="skip")).reason("a") == "skipped by the plan"


def test_what_needs_a_skipped_job_runs() -> None:
    scene = Scene(job("a", decision="skip", reason="r"), job("b", after("a")))

    assert scene.dispatched == ["b"]


def test_a_skipped_job_behind_a_skipped_job_does_not_run_either() -> None:
    scene = Scene(
        job("a", decision="skip", reason="r"),
        job("b", after("a"), decision="skip", reason="r"),
        job("c", after("b")),
    )

    assert scene.dispatched == ["c"]
    assert scene.statuses["b"] is Status.SKIPPED


def test_a_skip_stays_a_skip_though_its_need_leaves_nothing() -> None:
    scene = Scene(
        job("a", decision="skip", reason="r", provides=("bin",)),
        job("b", takes("a", "bin"), decision="skip", reason="r"),
    )

    assert scene.statuses == {"a": Status.SKIPPED, "b": Status.SKIPPED}
    assert scene.verdict is Status.OK


def test_a_skip_stays_a_skip_though_its_need_fails_later() -> None:
    scene = Scene(job("a"), job("b", after("a"), decision="skip", reason="r"))
    scene.finish("a", Status.FAIL)

    assert scene.statuses["b"] is Status.SKIPPED


def test_what_needs_the_artifact_of_a_skipped_job_is_dropped() -> None:
    scene = Scene(
        job("a", decision="skip", reason="r", provides=("bin",)), job("b", takes("a", "bin"))
    )

    assert scene.reason("b") == "needs artifact 'bin', which 'a' (SKIPPED) did not provide"
    assert scene.verdict is Status.FAIL


def test_a_skip_wins_over_always_run() -> None:
    scene = Scene(job("a", decision="skip", reason="r", always_run=True))

    assert scene.statuses == {"a": Status.SKIPPED}
