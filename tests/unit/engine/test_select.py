"""Asking for some jobs of a plan."""

from __future__ import annotations

from tests.unit.engine.scenes import Scene, after, job, key, plan_of, reads, takes

from praktika.engine.select import select
from praktika.model.plan import Plan
from praktika.model.result import Status

PLAN = plan_of(
    job("lint"),
    job("build", after("lint"), provides=("bin",)),
    job("unit", (*takes("build", "bin"), *after("lint"))),
    job("deploy", takes("build", "bin")),
    job("summary", reads("unit"), always_run=True),
)


def chosen(plan: Plan, *names: str) -> dict[str, str]:
    """The jobs that would run, with the reasons."""
    narrowed = select(plan, [key(name) for name in names])
    return {each.name: each.reason for each in narrowed.jobs if each.decision == "run"}


def test_nothing_asked_for_is_everything() -> None:
    assert select(PLAN, ()) is PLAN


def test_a_job_comes_with_the_providers_of_its_artifacts_but_not_with_what_only_comes_first() -> (
    None
):
    assert chosen(PLAN, "unit") == {
        "build": "required by 'unit'",
        "unit": "asked for by name",
    }


def test_a_job_comes_with_the_jobs_whose_reports_it_reads_and_theirs() -> None:
    assert chosen(PLAN, "summary") == {
        "build": "required by 'unit'",
        "unit": "required by 'summary'",
        "summary": "asked for by name",
    }


def test_a_job_that_was_asked_for_says_so_though_another_requires_it_too() -> None:
    assert chosen(PLAN, "deploy", "build") == {
        "build": "asked for by name",
        "deploy": "asked for by name",
    }


def test_several_names_bring_what_each_of_them_requires() -> None:
    assert set(chosen(PLAN, "lint", "deploy")) == {"lint", "build", "deploy"}


def test_the_others_are_skipped_with_a_reason_and_the_plan_keeps_its_order() -> None:
    narrowed = select(PLAN, [key("lint")])

    assert [each.key for each in narrowed.jobs] == [each.key for each in PLAN.jobs]
    left_out = [each for each in narrowed.jobs if each.decision == "skip"]
    assert {each.reason for each in left_out} == {"not asked for"}
    assert len(left_out) == 4


def test_unknown_keys_are_ignored_and_alone_leave_nothing_to_run() -> None:
    assert set(chosen(PLAN, "lint", "nobody")) == {"lint"}
    assert chosen(PLAN, "nobody") == {}


def test_a_job_that_the_plan_skips_stays_skipped_for_its_own_reason() -> None:
    plan = plan_of(job("a", decision="skip", reason="no file of it changed"), job("b", reads("a")))
    narrowed = select(plan, [key("b")])

    assert narrowed.jobs[0] == plan.jobs[0]


def test_selecting_twice_is_selecting_once() -> None:
    once = select(PLAN, [key("unit")])

    assert select(once, [key("unit")]) == once


def test_only_the_chosen_jobs_of_a_selection_are_dispatched() -> None:
    """Also where one that was not asked for waits for another such."""
    scene = Scene(*select(PLAN, [key("lint")]).jobs)
    scene.finish("lint")

    assert scene.dispatched == ["lint"]
    assert scene.verdict is Status.OK


def test_a_chosen_job_does_not_wait_for_what_was_not_asked_for() -> None:
    scene = Scene(*select(PLAN, [key("unit")]).jobs)

    assert scene.dispatched == ["build"]
    scene.finish("build", provided=("bin",))
    assert scene.dispatched == ["build", "unit"]


def test_the_plan_that_was_given_is_not_changed() -> None:
    select(PLAN, [key("lint")])

    assert all(each.decision == "run" and not each.reason for each in PLAN.jobs)
