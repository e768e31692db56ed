"""Asking for some jobs of a plan."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.scenes import Scene, after, job, key, plan_of, reads, takes

from praktika.engine.choice.select import choose, select
from praktika.model.plan import Need, Origin, Plan, Stored
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
    plan = plan_of(job("a", decision="skip", reason="a hook says so"), job("b", after("a")))
    narrowed = select(plan, [key("b")])

    assert narrowed.jobs[0] == plan.jobs[0]
    assert select(plan, [key("a")]).jobs[0] == plan.jobs[0]


def test_fault_32_what_a_job_cannot_do_without_runs_though_a_hook_left_it_out() -> None:
    plan = plan_of(
        job("fetch", decision="skip", reason="a hook says so", provides=("sources",)),
        job("build", takes("fetch", "sources"), decision="skip", reason="a hook says so"),
        job("test", reads("build")),
    )
    narrowed = choose(plan, {key("test"): ""})

    assert [each.decision for each in narrowed.jobs] == ["run", "run", "run"]
    assert narrowed.jobs[0].reason == "required by 'build'; otherwise: a hook says so"


HIT = Origin(run="r1", attempt=1, at=5.0, stored=(Stored(name="bin", sha256="aa", size=3),))


def decisions(plan: Plan) -> dict[str, str]:
    return {each.name: each.decision for each in plan.jobs}


def test_a_job_with_an_earlier_outcome_takes_it_and_says_from_where() -> None:
    narrowed = choose(PLAN, {key("unit"): "changed: a.py"}, {key("build"): HIT})

    build = next(each for each in narrowed.jobs if each.name == "build")
    assert (build.decision, build.origin) == ("reuse", HIT)
    assert build.reason == "reused from run r1"
    assert decisions(narrowed)["unit"] == "run"


def test_what_only_a_reused_job_needs_is_left_out() -> None:
    narrowed = choose(PLAN, {key("unit"): ""}, {key("unit"): HIT})

    assert decisions(narrowed) == {
        "lint": "skip",
        "build": "skip",
        "unit": "reuse",
        "deploy": "skip",
        "summary": "skip",
    }


def test_a_job_that_is_wanted_runs_though_all_that_need_it_are_reused() -> None:
    wanted = {key("build"): "changed: a.c", key("unit"): ""}
    narrowed = choose(PLAN, wanted, {key("unit"): HIT})

    assert decisions(narrowed)["build"] == "run"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Plan, dict[str, str], dict[str, Origin]]:
    """Jobs that need some of those before them, some wanted, some with an earlier outcome."""
    jobs = []
    for number in range(draw(st.integers(1, 9))):
        needs = []
        for other in range(number):
            kind = draw(st.sampled_from(["", "", "order", "job", "artifact"]))
            if kind:
                artifacts = (f"a{other}",) if kind == "artifact" else ()
                needs.append(Need(job=key(f"j{other}"), kind=kind, artifacts=artifacts))
        decision = "skip" if draw(st.integers(0, 6)) == 0 else "run"
        jobs.append(job(f"j{number}", tuple(needs), provides=(f"a{number}",), decision=decision))
    some = st.sets(st.sampled_from([each.key for each in jobs]))
    hits = dict.fromkeys(draw(some), HIT)
    return plan_of(*jobs), dict.fromkeys(draw(some), "because"), hits


@given(graphs())
def test_fault_32_the_choice_is_the_smallest_that_is_closed(given_graph) -> None:
    plan, wanted, hits = given_graph
    narrowed = choose(plan, wanted, hits)
    jobs = {each.key: each for each in plan.jobs}

    # By brute force: start with what is wanted, and add needs of what runs until nothing changes.
    kept = {name for name in wanted if jobs[name].decision != "skip"}
    while True:
        running = [jobs[name] for name in kept if name not in hits]
        more = {need.job for each in running for need in each.needs if need.kind != "order"}
        if more <= kept:
            break
        kept |= more
    expected = {
        name: "skip" if name not in kept else "reuse" if name in hits else "run" for name in jobs
    }
    assert {each.key: each.decision for each in narrowed.jobs} == expected


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
