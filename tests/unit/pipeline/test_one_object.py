"""What can be wrong with one object by itself."""

import pytest

from praktika import Artifact, Docker, Job, Secret, Workflow


@pytest.fixture
def job():
    return Job(name="build", command="make")


def test_a_sound_declaration_has_no_problem(found, job):
    assert found(job) == []


def test_a_misspelt_attribute_has_a_suggestion(found):
    job = Job(name="build", command="make", tiemout=3)
    job.require = []
    assert found(job) == [
        "unknown-attribute: Job has no attribute 'tiemout'. Did you mean 'timeout'?",
        "unknown-attribute: Job has no attribute 'require'. Did you mean 'requires'?",
    ]


def test_attributes_of_every_kind_of_object_are_looked_at(found, job):
    job.digest_config = Job.CacheDigestConfig(includes=[])
    problems = found(
        job,
        artifacts=[Artifact(name="a", path="x", phony=True)],
        dockers=[Docker(name="d", path="x", dockerfile="y")],
        secrets=[Secret(name="s", type=Secret.Type.GH_VAR, value="v")],
        inputs=[Workflow.Config.InputConfig(name="i", default="v")],
        flag=True,
    )
    kinds = [text.split()[1] for text in problems if text.startswith("unknown-attribute")]
    assert kinds == ["Workflow", "CacheDigestConfig", "Artifact", "Docker", "Secret", "InputConfig"]


def test_attributes_of_a_parameter_set_are_looked_at(found):
    jobs = Job(name="build", command="make").parametrize(Job.ParamSet(paramter=1, runs_on=["x"]))
    (problem,) = found(*jobs)
    assert (
        problem
        == "unknown-attribute: ParamSet has no attribute 'paramter'. Did you mean 'parameter'?"
    )


def test_missing_fields_are_named(found):
    assert found(
        Job(runs_on="x"), name="CI", artifacts=[Artifact()], secrets=[Secret(name="s")]
    ) == [
        "missing-field: Job needs 'name'. Add name=….",
        "missing-field: Job needs 'command'. Add command=….",
        "missing-field: Artifact needs 'name'. Add name=….",
        "missing-field: Secret 's' needs 'type'. Add type=….",
        "missing-field: Artifact needs 'path'. Add path=…, or type=Artifact.Type.PHONY for a mere name.",
    ]


def test_a_workflow_without_anything_names_all_that_it_needs(compiled):
    problems = [str(problem) for problem in compiled(Workflow()).problems]
    assert [problem.split(": ", 1)[1] for problem in problems] == [
        "missing-field: Workflow needs 'name'. Add name=….",
        "missing-field: Workflow needs 'event'. Add event=….",
        "missing-field: Workflow needs 'jobs'. Add jobs=[…].",
    ]


def test_what_is_assigned_later_is_not_missing(found):
    job = Job(name="build")
    job.command = "make"
    assert found(job) == []


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("name", 5, "'name' of Job '5' is an int (5), not a string."),
        ("timeout", "60", "'timeout' of Job 'build' is a str ('60'), not a number."),
        ("timeout", True, "'timeout' of Job 'build' is a bool (True), not a number."),
        ("always_run", 1, "'always_run' of Job 'build' is an int (1), not True or False."),
        ("command", ["a"], "'command' of Job 'build' is a list, not a string."),
        (
            "command",
            ("make",),
            "'command' of Job 'build' is a tuple, not a string. Remove the comma behind the value.",
        ),
        (
            "requires",
            "lint",
            "'requires' of Job 'build' is a str ('lint'), not a list of strings. Write [ ] around it.",
        ),
        ("requires", ["a", 5], "'requires[1]' of Job 'build' is an int (5), not a string."),
        ("runs_on", None, "'runs_on' of Job 'build' is None, not a string or a list of strings."),
        ("runs_on", [None], "'runs_on[0]' of Job 'build' is None, not a string."),
        (
            "digest_config",
            {},
            "'digest_config' of Job 'build' is a dict, not a Job.CacheDigestConfig or None.",
        ),
        (
            "post_hooks",
            [print],
            "'post_hooks[0]' of Job 'build' is a builtin_function_or_method, not a string.",
        ),
    ],
)
def test_values_of_a_wrong_type_are_said(found, job, field, value, text):
    setattr(job, field, value)
    problems = [problem for problem in found(job) if "unknown-req" not in problem]
    assert text in problems[0]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (
            "jobs",
            [["x"]],
            "'jobs[0]' of Workflow 'CI' is a list, not a Job. Write '*' before a list to unpack it.",
        ),
        ("jobs", None, "'jobs' of Workflow 'CI' is None, not a list of Jobs."),
        ("jobs", {}, "'jobs' of Workflow 'CI' is a dict, not a list of Jobs."),
        (
            "artifacts",
            [Job(name="x")],
            "'artifacts[0]' of Workflow 'CI' is a JobConfig, not an Artifact.",
        ),
        (
            "pre_hooks",
            [5],
            "'pre_hooks[0]' of Workflow 'CI' is an int (5), not a string or a function.",
        ),
        (
            "job_aliases",
            {1: "x"},
            "'job_aliases' of Workflow 'CI' is a dict, not a dict with strings as keys.",
        ),
        (
            "enable_cache",
            "yes",
            "'enable_cache' of Workflow 'CI' is a str ('yes'), not True or False.",
        ),
        ("name", b"CI", "'name' of Workflow 'b'CI'' is a bytes, not a string."),
        (
            "branches",
            "main",
            "'branches' of Workflow 'CI' is a str ('main'), not a list of strings. Write [ ] around it.",
        ),
    ],
)
def test_values_of_a_wrong_type_in_a_workflow_are_said(compiled, field, value, text):
    workflow = Workflow(name="CI", event="push", jobs=[])
    setattr(workflow, field, value)
    problems = [problem for problem in compiled(workflow).problems if problem.code == "wrong-type"]
    text = text.replace("JobConfig", "Job")
    assert [str(problem).split(": ", 2)[2] for problem in problems] == [text]


def test_one_job_instead_of_a_list_has_a_hint(compiled, job):
    (problem,) = compiled(Workflow(name="CI", event="push", jobs=job)).problems
    assert problem.hint == "Write [ ] around it."


def test_good_jobs_beside_a_bad_one_are_looked_at(found):
    problems = found(Job(name="a", command="true", requires=["b"]), None)
    assert [problem.split(":")[0] for problem in problems] == ["wrong-type", "unknown-requirement"]


def test_text_that_no_file_can_hold_is_found_and_can_be_shown(found):
    job = Job(name="a", command="echo \udc80", result_name_for_cidb="é")
    (problem,) = found(job)
    assert (
        problem == "wrong-value: 'command' of Job 'a' has a lone surrogate in it: 'echo \\udc80'."
    )
    problem.encode()


def test_a_nul_character_in_a_command_is_found(found):
    assert "NUL" in found(Job(name="a", command="a\0b"))[0]


def test_a_number_too_long_to_be_shown_is_described(found):
    (problem,) = found(Job(name="a", command="true", timeout=10**5000))
    assert problem == "bad-timeout: The timeout of Job 'a' is an enormous int, not seconds above 0."


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 1e12, -0.5])
def test_a_timeout_is_a_number_of_seconds_above_zero(found, timeout):
    (problem,) = found(Job(name="a", command="true", timeout=timeout))
    assert problem.startswith("bad-timeout: The timeout of Job 'a' is")


def test_an_empty_command_is_found_and_a_missing_one_is_not_called_empty(found):
    assert found(Job(name="a", command="  \n")) == ["empty-command: Job 'a' has an empty command."]
    assert found(Job(name="a")) == ["missing-field: Job 'a' needs 'command'. Add command=…."]


def test_empty_hooks_of_a_workflow_are_found(found, job):
    assert found(job, pre_hooks=[" "]) == [
        "empty-command: 'pre_hooks' of Workflow 'CI' has an empty command."
    ]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (
            {"event": "pull-request"},
            "'event' of Workflow 'CI' is 'pull-request', which is none of the known ones. Did you mean 'pull_request'?",
        ),
        ({"event": "xyz"}, "Use one of: pull_request, push, schedule, dispatch, merge_queue."),
        ({"engine": "jenkins"}, "Use one of: praktika, GHActions."),
        (
            {"artifacts": [Artifact(name="a", path="x", type="s4")]},
            "'type' of Artifact 'a' is 's4'",
        ),
        ({"secrets": [Secret(name="s", type="vault")]}, "'type' of Secret 's' is 'vault'"),
    ],
)
def test_values_that_are_not_among_the_known_ones(found, job, fields, text):
    problems = [problem for problem in found(job, **fields) if not problem.startswith("warning")]
    assert len(problems) == 1
    assert problems[0].startswith("wrong-value:")
    assert text in problems[0]


def test_a_problem_names_file_and_line(compiled, tmp_path):
    job = Job(name="a", command="true", timeout="x")
    (problem,) = compiled(Workflow(name="CI", event="push", jobs=[job])).problems
    assert (problem.file, problem.line) == (__file__, job._where[1])


def test_the_same_finding_from_copies_of_one_object_is_told_once(found):
    base = Job(name="a", command="true", timeout=0)
    problems = found(*[base.set_name(name) for name in "abc"])
    assert len(problems) == 3
    base = Job(name="a", command="true", colour="red")
    assert len(found(*[base.set_name(name) for name in "abc"])) == 1
