"""Who runs when, as long as all goes well."""

from __future__ import annotations

from tests.unit.engine.scenes import Scene, after, job, key, plan_of, reads, takes

from praktika.engine.run import Phase, Run, Stage
from praktika.engine.step import step
from praktika.model.commands import Conclude, Dispatch, MakePlan
from praktika.model.events import JobFinished, Planned, RunRequested
from praktika.model.plan import Need
from praktika.model.result import Status


def test_a_request_asks_for_the_plan() -> None:
    decision = step(Run(), RunRequested(at=0.0, workflow="nightly"))

    assert decision.commands == (MakePlan(workflow="nightly"),)
    assert decision.run.stage is Stage.PLANNING


def test_a_plan_without_jobs_is_over_at_once_and_well() -> None:
    assert Scene().verdict is Status.OK


def test_jobs_without_needs_start_together_in_the_order_of_the_plan() -> None:
    assert Scene(job("b"), job("a"), job("c")).dispatched == ["b", "a", "c"]


def test_in_a_chain_each_job_waits_for_the_one_before() -> None:
    scene = Scene(job("a"), job("b", after("a")), job("c", reads("b")))

    assert scene.dispatched == ["a"]
    scene.finish("a")
    assert scene.dispatched == ["a", "b"]
    scene.finish("b")
    assert scene.dispatched == ["a", "b", "c"]
    assert scene.verdict is None
    scene.finish("c")
    assert scene.verdict is Status.OK


def test_in_a_diamond_the_last_job_waits_for_both_arms() -> None:
    scene = Scene(job("a"), job("b", after("a")), job("c", after("a")), job("d", after("b", "c")))

    scene.finish("a")
    assert scene.dispatched == ["a", "b", "c"]
    scene.finish("c")
    assert scene.dispatched == ["a", "b", "c"]
    scene.finish("b")
    assert scene.dispatched == ["a", "b", "c", "d"]


def test_a_need_that_is_named_twice_is_waited_for_once() -> None:
    scene = Scene(job("a"), job("b", (*after("a"), *reads("a"))))

    scene.finish("a")
    assert scene.dispatched == ["a", "b"]


def test_an_artifact_that_was_provided_lets_its_consumer_go() -> None:
    scene = Scene(job("a", provides=("bin", "log")), job("b", takes("a", "bin")))

    scene.finish("a", provided=("log", "bin"))
    assert scene.dispatched == ["a", "b"]


def test_a_start_is_noted_and_asks_for_nothing() -> None:
    scene = Scene(job("a"))
    scene.start("a", runner="runner-7")

    state = scene.state("a")
    assert (state.phase, state.status, state.runner) == (Phase.RUNNING, Status.RUNNING, "runner-7")
    assert scene.dispatched == ["a"]


def test_a_job_may_report_its_end_before_its_start_arrives() -> None:
    scene = Scene(job("a"))
    scene.finish("a")
    before = scene.run

    scene.start("a")
    assert scene.run is before
    assert scene.verdict is Status.OK


def test_the_conclusion_is_the_last_command_of_the_last_event() -> None:
    scene = Scene(job("a"), job("b"))
    scene.finish("a")

    assert scene.finish("b").commands == (Conclude(status=Status.OK),)


def test_a_second_plan_is_ignored() -> None:
    scene = Scene(job("a"))

    decision = scene.tell(Planned(at=9.0, plan=plan_of(job("b"))))
    assert decision.commands == ()
    assert set(scene.statuses) == {"a"}


def test_an_answer_about_an_unknown_job_is_ignored() -> None:
    scene = Scene(job("a"))
    before = scene.run

    scene.tell(JobFinished(at=2.0, job=key("z"), attempt=1, status=Status.FAIL))
    assert scene.run is before


def test_a_job_that_waits_cannot_be_answered_for() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    before = scene.run

    for attempt in (0, 1):
        scene.tell(JobFinished(at=2.0, job=key("b"), attempt=attempt, status=Status.OK))
    assert scene.run is before


def test_a_wide_need_is_met_by_its_last_answer_only() -> None:
    leaves = [f"leaf-{number}" for number in range(50)]
    needs = tuple(Need(job=key(leaf), kind="order") for leaf in leaves)
    scene = Scene(*(job(leaf) for leaf in leaves), job("sink", needs))

    for leaf in reversed(leaves):
        assert "sink" not in scene.dispatched
        scene.finish(leaf)
    assert scene.commands[-1] == Dispatch(job=key("sink"), attempt=1)
