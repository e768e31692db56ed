"""A job's state in words, in every phase."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key

from praktika.engine.explain import explain
from praktika.model.result import Status


def test_what_waits_names_what_it_waits_for() -> None:
    scene = Scene(job("a"), job("b"), job("c", after("a", "b")))
    assert scene.why("c") == "waits for 'a', 'b'"

    scene.finish("a")
    assert scene.why("c") == "waits for 'b'"


def test_what_waits_for_many_names_a_few() -> None:
    many = [str(number) for number in range(8)]
    scene = Scene(*(job(name) for name in many), job("last", after(*many)))

    assert scene.why("last") == "waits for '0', '1', '2', '3', '4' and 3 more"


def test_what_is_queued_says_so() -> None:
    assert Scene(job("a")).why("a") == "queued (attempt 1): waits for a free runner"


def test_what_runs_says_where() -> None:
    scene = Scene(job("a"), job("b"))
    scene.start("a", runner="runner-2")
    scene.start("b", runner="")

    assert scene.why("a") == "runs on runner-2 (attempt 1)"
    assert scene.why("b") == "runs (attempt 1)"


def test_a_second_attempt_says_what_became_of_the_first() -> None:
    scene = Scene(job("a"))
    scene.lose("a", "runner-1 died")
    assert scene.why("a") == (
        "queued (attempt 2; attempt 1 was lost: runner-1 died): waits for a free runner"
    )

    scene.start("a", runner="runner-2")
    assert scene.why("a") == "runs on runner-2 (attempt 2; attempt 1 was lost: runner-1 died)"
    scene.lose("a", "")
    assert "(attempt 3; attempt 2 was lost: its runner is gone)" in scene.why("a")
    scene.finish("a")
    assert scene.why("a") == "OK; ran"


def test_what_is_being_stopped_says_by_whom() -> None:
    scene = Scene(job("a"))
    scene.start("a")
    scene.cancel("ann")

    assert scene.why("a") == "runs on runner-1 (attempt 1); being stopped: cancelled by ann"


def test_a_stopped_second_attempt_that_its_runner_drops_tells_of_the_cancel() -> None:
    scene = Scene(job("a"))
    scene.lose("a")
    scene.start("a")
    scene.cancel("ann")
    scene.finish("a", Status.DROPPED)

    assert scene.why("a") == "DROPPED: cancelled by ann"


def test_a_second_attempt_that_its_runner_drops_does_not_blame_the_first() -> None:
    scene = Scene(job("a"))
    scene.lose("a")
    scene.finish("a", Status.DROPPED)

    assert scene.why("a") == "DROPPED: its runner dropped it and gave no reason"


def test_what_ended_says_how_and_why_it_ran() -> None:
    scene = Scene(job("a", reason="asked for by name"), job("b"))
    scene.finish("a", Status.FAIL, reason="the command exited with 2")
    scene.finish("b")

    assert scene.why("a") == ("FAIL (the command exited with 2); ran because: asked for by name")
    assert scene.why("b") == "OK; ran"


def test_what_did_not_run_says_why() -> None:
    scene = Scene(job("a"), job("b", after("a")), job("c", decision="skip", reason="not asked for"))
    scene.finish("a", Status.ERROR)

    assert scene.why("b") == "DROPPED: needs 'a', which ended with ERROR"
    assert scene.why("c") == "SKIPPED: not asked for"


def test_a_job_that_the_plan_does_not_have_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nobody"):
        explain(Scene().run, key("nobody"))
