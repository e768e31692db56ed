"""Jobs that take the outcome of an earlier run, and outcomes that are kept for later ones."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import CHANGE, Scene, after, job, key, reads, takes

from praktika.engine.step import due
from praktika.model.commands import Remember
from praktika.model.events import Admitted
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


SKIPPED = {"decision": "skip", "reason": "not asked for", "provides": ("src",)}
"""As the plan leaves out what only a reused job would need."""


@pytest.mark.parametrize("needs", [takes("fetch", "src"), reads("fetch"), after("fetch")])
def test_it_does_without_what_the_plan_leaves_out(needs) -> None:
    scene = Scene(
        job("fetch", **SKIPPED),
        reused("build", *needs, provides=("bin",)),
        job("test", takes("build", "bin")),
    )

    assert scene.statuses["build"] is Status.OK
    assert scene.dispatched == ["test"]


def test_it_does_not_hang_on_a_reused_job_that_left_less() -> None:
    scene = Scene(reused("fetch", provides=("src",)), reused("build", *takes("fetch", "src")))

    assert scene.statuses["build"] is Status.OK


def test_what_needs_it_runs_again_though_it_could_not_run_itself() -> None:
    scene = Scene(
        job("fetch", **SKIPPED),
        reused("build", *takes("fetch", "src"), provides=("bin",)),
        job("test", takes("build", "bin")),
    )
    scene.finish("test", Status.FAIL, verdict="author")
    scene.rerun("build")
    assert scene.dispatched == ["test"]
    scene.rerun(scope="failed")
    assert scene.dispatched == ["test", "test"]
    scene.finish("test", Status.FAIL, verdict="author")
    scene.rerun(scope="all")

    assert scene.dispatched == ["test", "test", "test"]
    assert scene.statuses["build"] is Status.OK


def test_a_rerun_of_all_runs_it_in_the_middle() -> None:
    scene = Scene(
        job("fetch", provides=("src",)),
        reused("build", *takes("fetch", "src"), provides=("bin",)),
        job("test", takes("build", "bin")),
    )
    scene.finish("fetch", provided=("src",))
    scene.finish("test")
    scene.rerun(scope="all")
    assert scene.dispatched == ["fetch", "test", "fetch"]
    scene.finish("fetch", provided=("src",))
    scene.finish("build", provided=("bin",))

    assert scene.dispatched == ["fetch", "test", "fetch", "build", "test"]


def test_it_is_not_run_again_after_what_ran_here_as_it_was_not_made_from_it() -> None:
    scene = Scene(job("fetch", provides=("src",)), reused("build", *takes("fetch", "src")))
    scene.finish("fetch", Status.FAIL, verdict="author")
    scene.rerun(scope="failed")

    assert scene.dispatched == ["fetch", "fetch"]
    assert scene.why("build") == "OK, not run: reused from run r0"


def test_it_is_run_again_after_what_was_reused_with_it() -> None:
    scene = Scene(reused("fetch", provides=("bin",)), reused("build", *takes("fetch", "bin")))
    scene.rerun("fetch")
    scene.finish("fetch", provided=("bin",))

    assert scene.dispatched == ["fetch", "build"]


def held(*jobs) -> Scene:
    """A run that waits for its turn."""
    return Scene(*jobs, facts=CHANGE, concurrency="deploys", concurrency_policy="queue")


def test_it_has_not_taken_anything_while_the_run_waits_for_its_turn() -> None:
    scene = held(reused("build"), job("test", reads("build")))
    assert scene.statuses["build"] is Status.PENDING
    scene.cancel("ann")

    assert scene.statuses["build"] is Status.DROPPED
    assert scene.attempt("build") == 0
    assert scene.why("build") == "DROPPED: cancelled by ann"
    assert scene.verdict is Status.DROPPED


def test_cancelled_before_its_time_it_takes_its_outcome_in_the_next_round() -> None:
    scene = held(
        job("fetch", **SKIPPED),
        reused("build", *takes("fetch", "src"), provides=("bin",)),
        job("test", takes("build", "bin")),
    )
    scene.cancel("ann")
    scene.rerun(scope="failed")
    assert scene.dispatched == []
    scene.tell(Admitted(at=20.0, stay=1))

    assert scene.statuses["build"] is Status.OK
    assert scene.dispatched == ["test"]
    assert make_task("r1", scene.run, key("test"), "").stored == (BIN,)


def test_asked_for_again_and_cancelled_before_its_time_it_is_run_in_the_next_round() -> None:
    scene = held(reused("build"))
    scene.tell(Admitted(at=2.0, stay=0))
    scene.rerun("build")
    scene.cancel("ann")
    scene.rerun("build", id="another")
    scene.tell(Admitted(at=20.0, stay=2))

    assert scene.dispatched == ["build"]


def test_once_it_ran_its_words_do_not_say_that_it_was_reused() -> None:
    scene = Scene(reused("build"))
    scene.rerun("build")
    scene.finish("build")

    assert scene.why("build") == "OK; ran because somebody asked for it to be run again"


def test_skipped_by_its_runner_it_does_not_say_that_it_was_reused() -> None:
    scene = Scene(reused("build"))
    scene.rerun("build")
    scene.finish("build", Status.SKIPPED)

    assert scene.why("build") == "SKIPPED: no reason was given"


def test_what_always_runs_after_it_runs_at_once() -> None:
    scene = Scene(reused("build"), job("notify", reads("build"), always_run=True))

    assert scene.dispatched == ["notify"]


def test_run_again_and_failed_it_fails_the_run() -> None:
    scene = Scene(reused("build"))
    scene.rerun("build")
    scene.finish("build", Status.FAIL, verdict="author")

    assert scene.verdict is Status.FAIL


def test_what_always_runs_is_told_that_no_attempt_counts_of_what_was_dropped() -> None:
    scene = Scene(
        job("fetch"),
        job("build", after("fetch"), provides=("bin",)),
        job("report", (*after("fetch"), *takes("build", "bin")), always_run=True),
    )
    scene.finish("fetch")
    scene.finish("build", provided=("bin",), stored=(BIN,))
    scene.finish("report")
    scene.rerun("fetch")  # the report follows it, and the build does not
    scene.finish("fetch")
    assert make_task("r1", scene.run, key("report"), "").stored == (BIN,)
    scene.finish("report")
    scene.rerun(scope="all")
    scene.finish("fetch", Status.FAIL, verdict="author")
    assert scene.statuses["build"] is Status.DROPPED

    task = make_task("r1", scene.run, key("report"), "")
    assert (task.attempt, task.inputs, task.stored) == (3, {key("build"): 0}, ())


def test_a_reused_job_that_was_stopped_before_its_time_has_left_nothing() -> None:
    scene = held(
        reused("build", provides=("bin",)), job("report", takes("build", "bin"), always_run=True)
    )
    scene.cancel_one("build")
    scene.tell(Admitted(at=20.0, stay=0))
    task = make_task("r1", scene.run, key("report"), "")
    assert (task.inputs, task.stored) == ({key("build"): 0}, ())
    scene.rerun("build")  # it takes its outcome now; the report, which is queued, does not
    assert scene.statuses["build"] is Status.OK
    assert make_task("r1", scene.run, key("report"), "") == task
    scene.finish("report")
    scene.rerun("report")

    task = make_task("r1", scene.run, key("report"), "")
    assert (task.inputs, task.stored) == ({}, (BIN,))


def test_what_an_attempt_left_is_known_while_the_next_one_has_not_begun() -> None:
    scene = Scene(
        job("fetch"),
        job("build", after("fetch"), provides=("bin",)),
        job("test", takes("build", "bin")),
    )
    scene.finish("fetch")
    scene.finish("build", provided=("bin",), stored=(BIN,))
    scene.rerun("fetch", "build")  # the build waits again, the test is queued with what it left

    assert scene.state("build").attempt == 1
    assert make_task("r1", scene.run, key("test"), "").stored == (BIN,)


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (Status.OK, {"is_forced": True, "provided": ("bin",)}),
        (Status.FAIL, {"verdict": "author", "provided": ("bin",)}),
        (Status.SKIPPED, {"provided": ("bin",)}),
    ],
)
def test_what_was_made_from_doubtful_output_is_not_remembered(status: Status, fields) -> None:
    scene = Scene(
        job("build", allow_failure=True, provides=("bin",), **GOOD),
        job("test", takes("build", "bin"), **GOOD),
        job("sum", reads("test"), **GOOD),
        caches=True,
    )
    scene.start("build")
    scene.finish("build", status, **fields)
    for name in ("test", "sum"):
        scene.start(name)
        scene.finish(name)

    assert scene.statuses["sum"] is Status.OK
    assert remembered(scene) == []


def test_what_ran_without_its_input_is_not_remembered_until_it_had_it() -> None:
    scene = Scene(
        job("build", provides=("bin",), **GOOD),
        job("tidy", takes("build", "bin"), always_run=True, **GOOD),
        caches=True,
    )
    scene.start("build")
    scene.finish("build", Status.FAIL, verdict="author")
    scene.start("tidy")
    scene.finish("tidy")
    assert remembered(scene) == []

    scene.rerun("build")
    scene.start("build")
    scene.finish("build", provided=("bin",))
    scene.start("tidy")
    scene.finish("tidy")
    assert remembered(scene) == [("build", 2), ("tidy", 2)]


def test_what_merely_came_earlier_casts_no_doubt() -> None:
    scene = Scene(job("lint", allow_failure=True), job("test", after("lint"), **GOOD), caches=True)
    scene.start("lint")
    scene.finish("lint", Status.FAIL, verdict="author")
    scene.start("test")
    scene.finish("test")

    assert remembered(scene) == [("test", 1)]
