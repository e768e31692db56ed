"""Which jobs the changed files concern."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.unit.engine.scenes import after, job, key, plan_of, takes

from praktika.engine.choice.affected import affected
from praktika.engine.choice.select import choose
from praktika.model.plan import Footprint, Image, Job, Need, Plan, image_artifact


def on(*paths: str) -> Footprint:
    return Footprint(include=paths)


def reasons(plan: Plan, *changed: str, submodules=()) -> dict[str, str]:
    found = affected(plan, changed, submodules)
    return {name.removeprefix("key-"): reason for name, reason in found.items()}


PLAN = plan_of(
    job("lint"),
    job("build", footprint=on("src"), provides=("bin",)),
    job("test", (*takes("build", "bin"), *after("lint")), footprint=on("tests")),
    job("docs", after("build"), footprint=on("docs")),
)


def test_a_job_is_affected_by_its_own_files() -> None:
    found = reasons(PLAN, "docs/a.md", "docs/b.md", "docs/c.md", "docs/d.md")

    assert found["docs"] == "changed: docs/a.md, docs/b.md, docs/c.md and 1 more"
    assert set(found) == {"docs", "lint"}


def test_a_job_is_affected_through_the_artifacts_that_it_requires() -> None:
    found = reasons(PLAN, "src/main.c")

    assert found["build"] == "changed: src/main.c"
    assert found["test"] == "needs 'build' (changed: src/main.c)"


def test_ordering_alone_does_not_count() -> None:
    assert "docs" not in reasons(PLAN, "src/main.c")
    assert "test" not in reasons(PLAN, "README")


def test_a_job_that_does_not_say_its_files_is_affected_by_anything() -> None:
    assert reasons(PLAN, "README") == {"lint": "no digest_config: runs on every change"}


def test_fault_32_no_change_leaves_no_such_job_out() -> None:
    assert set(reasons(PLAN)) == {"lint"}


IMAGES = plan_of(
    job("Dockers Build (arm)", parameter={"build_images": {"platforms": ["linux/arm64"]}}),
    job(
        "Dockers Build",
        parameter={"build_images": {"platforms": []}},
        provides=(image_artifact("base"), image_artifact("test")),
    ),
    job("unit", takes("Dockers Build", image_artifact("test")), footprint=on("src")),
    job("other", takes("Dockers Build", image_artifact("base")), footprint=on("lib")),
    images=(
        Image(name="base", path="docker/base", platforms=("linux/arm64",)),
        Image(name="test", path="docker/test", depends_on=("base",)),
    ),
)


def test_a_job_is_affected_through_its_image() -> None:
    assert reasons(IMAGES, "docker/test/Dockerfile") == {
        "Dockers Build": "changed: docker/test/Dockerfile",
        "unit": "its image: changed: docker/test/Dockerfile",
    }


def test_and_through_the_images_that_this_one_starts_from() -> None:
    every = {"Dockers Build (arm)", "Dockers Build", "unit", "other"}
    assert set(reasons(IMAGES, "docker/base/Dockerfile")) == every


def test_other_images_do_not_concern_it() -> None:
    assert set(reasons(IMAGES, "lib/x")) == {"other"}


def test_a_submodule_counts_when_it_is_asked_for() -> None:
    plan = plan_of(
        job("with", footprint=Footprint(include=("src",), submodules=True)),
        job("without", footprint=on("src", "contrib")),
    )

    assert set(reasons(plan, "contrib/zlib", submodules=["contrib/zlib"])) == {"with"}
    assert set(reasons(plan, "a", submodules=["contrib/zlib"])) == set()


def test_a_change_to_the_declaration_concerns_every_job() -> None:
    plan = replace(PLAN, declared_in=("ci/defs.py", "ci/workflows/w.py"))
    found = reasons(plan, "ci/defs.py")

    assert set(found) == {"lint", "build", "test", "docs"}
    assert found["docs"] == "the declaration changed: ci/defs.py"
    assert set(reasons(plan, "ci/other.py")) == {"lint"}


FOLDERS = ("a", "b", "c", "d")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Plan, list[str]]:
    jobs: list[Job] = []
    for number in range(draw(st.integers(1, 9))):
        needs = []
        for other in range(number):
            kind = draw(st.sampled_from(["", "", "order", "job", "artifact"]))
            if kind:
                artifacts = (f"a{other}",) if kind == "artifact" else ()
                needs.append(Need(job=key(f"j{other}"), kind=kind, artifacts=artifacts))
        paths = draw(st.none() | st.lists(st.sampled_from(FOLDERS), max_size=2))
        footprint = None if paths is None else on(*paths)
        jobs.append(job(f"j{number}", tuple(needs), footprint=footprint, provides=(f"a{number}",)))
    changed = draw(st.lists(st.sampled_from([f"{folder}/x" for folder in FOLDERS]), max_size=3))
    return plan_of(*jobs), changed


@given(graphs())
def test_fault_32_the_rule_is_that_of_reachability(graph) -> None:
    """By brute force: every path of needs from a job back to one whose own files changed."""
    plan, changed = graph
    jobs = {each.key: each for each in plan.jobs}

    def is_touched(one: Job) -> bool:
        if one.footprint is None:
            return True
        return any(path.split("/")[0] in one.footprint.include for path in changed)

    def reaches(name: str) -> bool:
        one = jobs[name]
        return is_touched(one) or any(
            reaches(need.job) for need in one.needs if need.kind != "order"
        )

    assert set(affected(plan, changed)) == {name for name in jobs if reaches(name)}


@given(graphs(), st.randoms())
def test_fault_32_the_order_of_declaration_does_not_matter(graph, random) -> None:
    """Any order with needs before dependents gives the same choice."""
    plan, changed = graph
    left, shuffled = list(plan.jobs), []
    while left:
        placed = {each.key for each in shuffled}
        ready = [each for each in left if all(need.job in placed for need in each.needs)]
        chosen = random.choice(ready)
        left.remove(chosen)
        shuffled.append(chosen)
    other = plan_of(*shuffled)
    one = choose(plan, affected(plan, changed))
    two = choose(other, affected(other, changed))
    assert {e.key: e.decision for e in one.jobs} == {e.key: e.decision for e in two.jobs}
