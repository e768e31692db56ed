"""Needs between jobs (fault 28 of the predecessor)."""

import pytest

from praktika import Artifact, Docker, Job, Workflow
from praktika.pipeline.check.graph import cycles, sort


def job(name, **fields):
    return Job(name=name, command="true", **fields)


@pytest.fixture
def needs(compiled):
    """The needs of each job, as `name: [(kind, other, artifacts)]`, in the order of the plan."""

    def go(*jobs, artifacts=(), **fields):
        workflow = Workflow(
            name="CI", event="push", jobs=list(jobs), artifacts=list(artifacts), **fields
        )
        compilation = compiled(workflow)
        assert [str(p) for p in compilation.problems if p.severity == "error"] == []
        (plan,) = compilation.plans
        names = {one.key: one.name for one in plan.jobs}
        return {
            one.name: [(need.kind, names[need.job], *need.artifacts) for need in one.needs]
            for one in plan.jobs
        }

    return go


def test_the_three_kinds_of_needs(needs):
    assert needs(
        job("build", provides=["binary"]),
        job("lint"),
        job("doc"),
        job("test", requires=["binary", "doc"], run_after=["lint"]),
        artifacts=[Artifact(name="binary", path="out")],
    )["test"] == [("artifact", "build", "binary"), ("job", "doc"), ("order", "lint")]


def test_the_stronger_need_wins_and_artifacts_are_gathered(needs):
    found = needs(
        job("build", provides=["a", "b"]),
        job("one", requires=["build", "a"], run_after=["build"]),
        job("two", requires=["a", "build", "b"]),
        job("three", requires=["build"], run_after=["build"]),
        artifacts=[Artifact(name="a", path="x"), Artifact(name="b", path="x")],
    )
    assert found["one"] == [("artifact", "build", "a")]
    assert found["two"] == [("artifact", "build", "a", "b")]
    assert found["three"] == [("job", "build")]


def test_a_name_of_an_artifact_and_a_job_means_the_artifact(needs):
    found = needs(
        job("build", provides=["tool"]),
        job("tool"),
        job("test", requires=["tool"]),
        artifacts=[Artifact(name="tool", path="x")],
    )
    assert found["test"] == [("artifact", "build", "tool")]


def test_jobs_come_behind_what_they_need_and_otherwise_as_declared(needs):
    found = needs(
        job("c", run_after=["a"]), job("b"), job("a", run_after=["d"]), job("d"), job("e")
    )
    assert list(found) == ["b", "d", "a", "c", "e"]


@pytest.mark.parametrize(
    "name",
    [
        "Config Workflow",
        "Finish Workflow",
        "Dockers Build (amd)",
        "Dockers build (arm)",
        "Dockers Build (multiplatform manifest)",
    ],
)
def test_jobs_that_praktika_would_add_may_be_named(needs, name):
    assert needs(job("a", requires=[name], run_after=[name]))["a"] == []


def test_an_unknown_requirement_has_a_suggestion_from_both_kinds(found):
    artifact = Artifact(name="binary", path="x")
    build = job("build", provides=["binary"])
    assert found(
        build, job("t", requires=["binray", "biuld"], run_after=["Bulid"]), artifacts=[artifact]
    ) == [
        "unknown-requirement: Job 't' requires 'binray', which is no artifact and no job here. Did you mean 'binary'?",
        "unknown-requirement: Job 't' requires 'biuld', which is no artifact and no job here. Did you mean 'build'?",
        "unknown-requirement: Job 't' runs after 'Bulid', which is no job here. Did you mean 'build'?",
    ]


def test_running_after_an_artifact_waits_for_its_job_and_warns(compiled):
    workflow = Workflow(
        name="CI",
        event="push",
        jobs=[job("t", run_after=["binary"]), job("build", provides=["binary"])],
        artifacts=[Artifact(name="binary", path="x")],
    )
    compilation = compiled(workflow)
    assert [problem.code for problem in compilation.problems] == ["wrong-value"]
    assert [one.name for one in compilation.plans[0].jobs] == ["build", "t"]
    assert compilation.plans[0].warnings == compilation.problems


def test_artifacts_and_their_providers(found):
    artifacts = [Artifact(name=name, path="x") for name in ("twice", "nobody", "unused")]
    assert found(
        job("a", provides=["twice", "undeclared"]),
        job("b", provides=["twice"], requires=["nobody"]),
        artifacts=artifacts,
    ) == [
        "unknown-artifact: Job 'a' provides 'undeclared', which is not among the artifacts. Add it to the workflow's artifacts.",
        "provided-twice: Artifact 'twice' is provided by both Job 'a' and Job 'b'. Give each job an artifact of its own.",
        "unprovided-artifact: Job 'b' requires artifact 'nobody', which no job provides. Add it to the 'provides' of the job that makes it.",
        "warning: unprovided-artifact: No job provides Artifact 'nobody'.",
        "warning: unprovided-artifact: No job provides Artifact 'unused'.",
    ]


def test_fault_28_a_cycle_is_an_error_that_shows_the_whole_circle(found):
    (problem,) = found(
        job("x", run_after=["b"]),
        job("a", run_after=["c"]),
        job("b", requires=["a"]),
        job("c", run_after=["b"]),
    )
    assert (
        problem == "cycle: These wait for one another: a -> c -> b -> a. Remove one of the arrows."
    )


def test_fault_28_a_job_that_waits_for_itself(found):
    artifact = Artifact(name="f", path="x")
    problems = found(
        job("a", run_after=["a"]), job("b", provides=["f"], requires=["f"]), artifacts=[artifact]
    )
    assert [problem.split(".")[0] for problem in problems] == [
        "cycle: These wait for one another: a -> a",
        "cycle: These wait for one another: b -> b",
    ]


def test_fault_28_a_long_cycle_is_shortened(found):
    count = 500
    (problem,) = found(*[job(f"j{i}", run_after=[f"j{(i + 1) % count}"]) for i in range(count)])
    assert "j0 -> j1 -> " in problem
    assert "more) -> j0." in problem
    assert len(problem) < 300


def test_fault_28_images_that_depend_on_one_another(found):
    dockers = [
        Docker(name="a", path="x", depends_on=["b"]),
        Docker(name="b", path="x", depends_on=["a"]),
        Docker(name="c", path="x", depends_on=["d"]),
    ]
    assert found(job("j"), dockers=dockers) == [
        "cycle: These wait for one another: a -> b -> a. Remove one of the arrows.",
        "unknown-docker: Docker 'c' depends on 'd', which is not declared here.",
    ]


def test_fault_28_a_declaration_with_a_cycle_has_no_plan(compiled):
    workflow = Workflow(name="CI", event="push", jobs=[job("a", run_after=["a"])])
    assert compiled(workflow).plans == ()


def test_sorting_leaves_out_what_waits_for_a_cycle():
    waits = [{1: 0}, {0: 0}, {0: 0}, {}, {3: 0}]
    assert sort(waits) == [3, 4]
    assert list(cycles(waits)) == [[0, 1]]


def test_several_cycles_are_shown():
    waits = [{1: 0}, {0: 0}, {3: 0}, {2: 0}, {2: 0, 4: 0}]
    assert list(cycles(waits)) == [[0, 1], [2, 3], [4]]


def test_attack_22_too_many_jobs_and_too_many_needs_are_refused(found):
    (problem,) = found(*[job(str(i)) for i in range(10_001)])
    assert problem == "too-many-jobs: Workflow 'CI' has 10,001 jobs, more than 10,000. Split it."
    names = [str(i) for i in range(1001)]
    (problem,) = found(*map(job, names), *[job(f"x{i}", run_after=names) for i in range(1001)])
    assert problem.startswith("too-many-needs:")
