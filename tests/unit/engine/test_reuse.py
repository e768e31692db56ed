"""Jobs that take the outcome of an earlier run, and outcomes that are kept for later ones."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key, reads, takes

from praktika.engine.step import due
from praktika.model.commands import Remember
from praktika.model.plan import Origin, Stored
from praktika.model.result import Status
from praktika.orchestrator.tasks import make_task

BIN = Stored(name="bin", sha256="ab" * 32, size=3)
ORIGIN = Origin(run="r0", attempt=2, at=1.0, stored=(BIN,))


def reused(name: str, *needs, **fields):
    return job(name, needs, decision="reuse", origin=ORIGIN, reason="reused from run r0", **fields)


def remembered(scene: Scene) -> list[tuple[str, int]]:
    commands = [each for each in scene.commands if isinstance(each, Remember)]
    return [(each.job.removeprefix("key-"), each.attempt) for each in commands]


def test_a_reused_job_is_settled_at_once_and_not_dispatched() -> None:
    scene = Scene(reused("build", provides=("bin",)))

    assert scene.statuses == {"build": Status.OK}
    assert scene.dispatched == []
    assert scene.verdict is Status.OK
    assert scene.why("build") == "OK, not run: reused from run r0"


def test_it_waits_for_none_of_its_needs() -> None:
    scene = Scene(job("lint"), reused("build", *after("lint"), provides=("bin",)))

    assert scene.dispatched == ["lint"]
    assert scene.statuses["build"] is Status.OK


def test_its_dependents_run_and_are_told_what_it_left_then() -> None:
    scene = Scene(reused("build", provides=("bin",)), job("test", takes("build", "bin")))

    assert scene.dispatched == ["test"]
    task = make_task("r1", scene.run, key("test"), "inbox")
    assert task.stored == (BIN,)
    assert task.inputs == {}


def test_a_dependent_of_an_artifact_that_it_has_not_left_is_dropped() -> None:
    scene = Scene(reused("build", provides=("bin", "doc")), job("test", takes("build", "doc")))

    assert scene.statuses["test"] is Status.DROPPED


def test_run_again_it_runs_here_and_its_own_attempt_counts() -> None:
    scene = Scene(reused("build", provides=("bin",)), job("test", takes("build", "bin")))
    scene.start("test")
    scene.finish("test")
    scene.rerun("build")

    assert scene.dispatched == ["test", "build"]
    fresh = Stored(name="bin", sha256="cd" * 32, size=4)
    scene.start("build")
    scene.finish("build", provided=("bin",), stored=(fresh,))
    assert scene.dispatched == ["test", "build", "test"]
    task = make_task("r1", scene.run, key("test"), "inbox")
    assert task.inputs == {key("build"): 1}
    assert task.stored == (fresh,)


def test_a_successor_does_not_dispatch_it() -> None:
    scene = Scene(reused("build", provides=("bin",)), job("test", takes("build", "bin")))

    assert [command.job for command in scene.crash() if hasattr(command, "job")] == [key("test")]


def test_a_consumer_is_told_what_the_attempt_left_that_counts_for_it() -> None:
    first, second = (Stored(name="bin", sha256=digit * 64, size=1) for digit in "12")
    scene = Scene(job("build", provides=("bin",)), job("test", takes("build", "bin")))
    scene.start("build")
    scene.finish("build", provided=("bin",), stored=(first,))
    assert make_task("r", scene.run, key("test"), "").stored == (first,)
    scene.rerun("build")  # while the test is queued, with the first build's output
    assert make_task("r", scene.run, key("test"), "").stored == (first,)
    scene.start("build")
    scene.finish("build", provided=("bin",), stored=(second,))
    assert make_task("r", scene.run, key("test"), "").stored == (first,)


GOOD = {"digest": "d1"}


def test_what_went_well_is_remembered_once() -> None:
    scene = Scene(job("build", **GOOD), job("lint"), caches=True)
    scene.start("build", "lint")
    scene.finish("build")
    scene.finish("build")
    scene.finish("lint")  # it has no key

    assert remembered(scene) == [("build", 1)]


def test_a_workflow_without_a_cache_remembers_nothing() -> None:
    scene = Scene(job("build", **GOOD))
    scene.start("build")
    scene.finish("build")

    assert remembered(scene) == []


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (Status.FAIL, {"verdict": "author"}),
        (Status.ERROR, {"verdict": "timeout"}),
        (Status.SKIPPED, {}),
        (Status.XFAIL, {}),
        (Status.OK, {"is_forced": True}),
        (Status.OK, {"verdict": "author"}),
    ],
)
def test_fault_31_only_what_truly_went_well_is_remembered(status: Status, fields) -> None:
    scene = Scene(job("build", allow_failure=True, force_success=True, **GOOD), caches=True)
    scene.start("build")
    scene.finish("build", status, **fields)

    assert remembered(scene) == []
    assert [each for each in due(scene.run) if isinstance(each, Remember)] == []


def test_fault_31_tests_that_were_run_again_alone_are_not_the_whole_job() -> None:
    scene = Scene(job("test", rerun_command="again", **GOOD), caches=True)
    scene.start("test")
    scene.finish("test", Status.FAIL, verdict="author")
    scene.rerun("test", failed_tests=True)
    scene.start("test")
    scene.finish("test")

    assert scene.statuses["test"] is Status.OK
    assert remembered(scene) == []


def test_a_later_attempt_that_goes_well_is_remembered() -> None:
    scene = Scene(job("test", retries=1, **GOOD), caches=True)
    scene.start("test")
    scene.finish("test", Status.FAIL, verdict="author")
    scene.start("test")
    scene.finish("test")

    assert remembered(scene) == [("test", 2)]


def test_what_was_reused_is_not_remembered_anew() -> None:
    scene = Scene(reused("build", **GOOD), job("test", reads("build")), caches=True)

    assert remembered(scene) == []
    assert not any(isinstance(each, Remember) for each in due(scene.run))


def test_a_successor_remembers_what_its_predecessor_may_not_have() -> None:
    scene = Scene(job("build", **GOOD), job("test", **GOOD), caches=True)
    scene.start("build", "test")
    scene.finish("build")

    assert Remember(job=key("build"), attempt=1) in scene.crash()
