"""Names (fault 33 of the predecessor)."""

import pytest

from praktika import Artifact, Docker, Job, Secret, Workflow
from praktika.model.plan import job_key

ODD = [
    "a b",
    'it\'s "quoted"',
    "Build (amd_debug, 1/3)",
    "../../etc/passwd",
    "🚀 rocket",
    "Ünïcödé",
    "x" * 300,
    "50% done",
    "C++ tests",
    "-",
    "<script>",
    "$(rm -rf /)",
]


def job(name):
    return Job(name=name, command="true")


def test_any_printable_text_is_a_name(found):
    assert found(*map(job, ODD), name="🚀/'\"") == []


def test_fault_33_names_that_look_alike_once_normalised_are_different_jobs(found, compiled):
    names = ["Build (a)", "Build [a]", "A B", "A_B", "a-b"]
    assert found(*map(job, names)) == []
    (plan,) = compiled(Workflow(name="CI", event="push", jobs=list(map(job, names)))).plans
    assert len({one.key for one in plan.jobs}) == len(names)
    assert [one.key for one in plan.jobs] == [job_key(name) for name in names]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "bad-name: A Job has an empty name."),
        ("  ", "bad-name: A Job has an empty name."),
        ("a\nb", "bad-name: The name of Job 'a\\nb' has U+000A in it."),
        ("a\tb\tc\x1b", "bad-name: The name of Job 'a\\tb\\tc\\x1b' has U+0009, U+001B in it."),
        ("\ud83d", "bad-name: The name of Job '\\ud83d' has U+D83D in it."),
        ("a\0", "bad-name: The name of Job 'a\\x00' has U+0000 in it."),
        ("a\x85", "bad-name: The name of Job 'a\\x85' has U+0085 in it."),
    ],
)
def test_fault_33_what_cannot_be_shown_is_no_name(found, name, text):
    (problem,) = found(job(name))
    assert problem.startswith(text)
    problem.encode()


def test_fault_33_a_name_twice_is_found_with_both_places(compiled):
    first = Job(name="a", command="true")
    second = Job(name="b", command="true")
    second.name = "a"
    (problem,) = compiled(Workflow(name="CI", event="push", jobs=[first, second])).problems
    assert problem.line == first._where[1] + 2
    assert f"is declared twice; the first is at {__file__}:{first._where[1]}." in problem.text


def test_fault_33_names_that_differ_in_case_only_are_found(found):
    (problem,) = found(job("Build"), job("build"))
    assert problem.startswith("duplicate-name: Job 'build' differs from 'Build' in case only")


def test_every_kind_of_object_has_names_of_its_own(found):
    problems = found(
        job("same"),
        artifacts=[Artifact(name="x", path="a"), Artifact(name="x", path="b")],
        dockers=[Docker(name="same", path="a"), Docker(name="same", path="b")],
        secrets=[
            Secret(name=["same", "t"], type=Secret.Type.GH_VAR),
            Secret(name="t", type=Secret.Type.GH_VAR),
        ],
    )
    found_kinds = [problem.split()[1] for problem in problems if problem.startswith("duplicate")]
    assert found_kinds == ["Artifact", "Docker", "Secret"]


def test_fault_33_two_workflows_of_one_name_are_found(compiled):
    one = Workflow(name="CI", event="push", jobs=[job("a")])
    other = Workflow(name="ci", event="pull_request", jobs=[job("a")])
    (problem,) = compiled(one, other).problems
    assert problem.code == "duplicate-name"


def test_fault_33_an_alias_must_not_hide_a_job(found):
    problems = found(
        job("build"), job("test"), job_aliases={"BUILD": "test", "t": "test", "u": "tset"}
    )
    assert problems == [
        "alias-shadows: Alias 'BUILD' is also the name of a job. Choose another alias.",
        "unknown-alias: Alias 'u' stands for 'tset', which is no job here. Did you mean 'test'?",
    ]
