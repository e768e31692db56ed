"""Parametrized jobs (fault 50 of the predecessor)."""

import pytest

from praktika import Artifact, Job


@pytest.fixture
def base():
    return Job.Config(
        name="Test", runs_on=["small"], command="run {PARAMETER}", requires=["x"], timeout=9
    )


def test_each_set_makes_a_job_named_after_its_parameter(base):
    jobs = base.parametrize(Job.ParamSet(parameter="one"), Job.ParamSet(parameter="two"))
    assert [job.name for job in jobs] == ["Test (one)", "Test (two)"]
    assert [job.command for job in jobs] == ["run one", "run two"]
    assert [job.parameter for job in jobs] == ["one", "two"]


def test_what_a_set_leaves_out_stays_as_declared(base):
    (job,) = base.parametrize(Job.ParamSet(parameter="p"))
    assert (job.runs_on, job.requires, job.timeout) == (["small"], ["x"], 9)


def test_a_set_replaces_what_it_gives(base):
    (job,) = base.parametrize(
        Job.ParamSet(
            parameter="p", runs_on="large", provides=["y"], requires=[], timeout=1, command="go"
        )
    )
    assert (job.runs_on, job.provides, job.requires, job.timeout, job.command) == (
        "large",
        ["y"],
        [],
        1,
        "go",
    )


def test_no_set_makes_no_job(base):
    assert base.parametrize() == []


@pytest.mark.parametrize(
    ("parameter", "text"),
    [(0, "0"), (False, "False"), ("", ""), ([1, "a"], '[1, "a"]'), ({"k": 1}, '{"k": 1}')],
)
def test_fault_50_every_parameter_counts(base, parameter, text):
    (job,) = base.parametrize(Job.ParamSet(parameter=parameter))
    assert job.name == f"Test ({text})"
    assert job.command == f"run {text}"
    assert job.parameter == parameter


def test_fault_50_other_braces_of_a_command_survive():
    base = Job(name="x", command="awk '{print $1}' ${HOME} {PARAMETER} {{}} {0}")
    (job,) = base.parametrize(Job.ParamSet(parameter="p"))
    assert job.command == "awk '{print $1}' ${HOME} p {{}} {0}"


def test_the_command_for_failed_tests_gets_the_parameter_too():
    base = Job(name="a", command="run {PARAMETER}", rerun_command="rerun {PARAMETER} ${F} {x}")
    (job,) = base.parametrize(Job.ParamSet(parameter="p", command="go"))
    assert (job.command, job.rerun_command) == ("go", "rerun p ${F} {x}")


def test_a_parameter_leaves_a_command_of_a_wrong_type_to_the_checks(found):
    base = Job(name="a", command="run", rerun_command=["x"])
    problems = found(*base.parametrize(Job.ParamSet(parameter="p")))
    assert problems == ["wrong-type: 'rerun_command' of Job 'a (p)' is a list, not a string."]


def test_fault_50_one_parameter_on_two_runners_gives_two_names(base):
    jobs = base.parametrize(
        Job.ParamSet(parameter="p", runs_on=["small"]),
        Job.ParamSet(parameter="p", runs_on=["large", "fast"]),
        Job.ParamSet(parameter="q", runs_on=["small"]),
    )
    assert [job.name for job in jobs] == ["Test (p, small)", "Test (p, large, fast)", "Test (q)"]


def test_a_set_without_parameter_is_named_after_its_runners(base):
    (job,) = base.parametrize(Job.ParamSet(runs_on=["arm", "large"]))
    assert job.name == 'Test (["arm", "large"])'
    assert job.command == "run {PARAMETER}"


def test_the_jobs_share_nothing_with_the_set(base):
    labels = ["large"]
    (job,) = base.parametrize(Job.ParamSet(parameter="p", runs_on=labels))
    job.runs_on.append("x")
    assert labels == ["large"]


def test_a_job_points_to_its_set_and_its_command_to_the_base(found):
    base = Job(name="Test", command=" ")
    jobs = base.parametrize(
        Job.ParamSet(parameter="p"),
        Job.ParamSet(parameter="p"),
    )
    assert found(*jobs) == [
        "empty-command: Job 'Test (p)' has an empty command.",
        (
            "duplicate-name: Job 'Test (p)' is declared twice; the first is at "
            f"{__file__}:{jobs[0]._where[1]}. Give each a name of its own."
        ),
    ]


def test_provides_in_a_base_are_found_fault_with_once(found):
    binary = Artifact(name="binary", path="out")
    base = Job(name="Build", command="make", provides=["binary"])
    jobs = base.parametrize(Job.ParamSet(parameter=1), Job.ParamSet(parameter=2))
    (problem,) = found(*jobs, artifacts=[binary])
    assert problem.startswith("parametrised-provides: Job 'Build' is parametrized")


def test_the_older_form_with_lists_works_and_leaves_a_note(found):
    jobs = Job(name="Build", command="make {PARAMETER}").parametrize(
        parameter=["debug", "release"],
        provides=[[], ["binary"]],
        runs_on=[["amd"], ["arm"]],
        requires=[[], []],
    )
    assert [(job.name, job.runs_on, job.provides) for job in jobs] == [
        ("Build (debug)", ["amd"], []),
        ("Build (release)", ["arm"], ["binary"]),
    ]
    assert found(*jobs, artifacts=[Artifact(name="binary", path="out")]) == [
        (
            "warning: deprecated: parametrize() with lists is an older name. "
            "Write 'Job.ParamSet(...) for each job'."
        )
    ]


def test_something_else_than_a_set_is_found_fault_with(found, base):
    jobs = base.set_requires([], reset=True).parametrize(
        [Job.ParamSet(parameter=1)], Job.ParamSet(parameter=2)
    )
    (problem,) = found(*jobs)
    assert problem.startswith(
        "wrong-type: parametrize() of job 'Test' got a list, not a Job.ParamSet."
    )
