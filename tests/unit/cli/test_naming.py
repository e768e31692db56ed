"""What a name on the command line means."""

import pytest
from tests.unit.cli.sample import job, plan

from praktika.cli.naming import find_job, find_workflow, listed, started_by_pull_request, wanted
from praktika.errors import AuthorError
from praktika.model.plan import job_key

PULL = plan(
    "Build (amd)", "Build (arm)", "Unit tests", "lint", workflow="Pull request",
    aliases={"ut": "Unit tests"},
)  # fmt: skip
NIGHTLY = plan("Unit tests", "Fuzz", workflow="Nightly", event="schedule")
PUSH = plan("Fuzz", "Release", workflow="Push", event="push")
PLANS = [PULL, NIGHTLY, PUSH]


def meant(*names: str, workflow: str = "") -> dict[str, list[str]]:
    found = wanted(PLANS, names, workflow)
    by_key = {it.key: it.name for one in PLANS for it in one.jobs}
    return {one.plan.workflow: [by_key[key] for key in one.only] for one in found}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lint", "lint"),
        ("LINT", "lint"),
        ("ut", "Unit tests"),
        ("UT", "Unit tests"),
        ("unit", "Unit tests"),
        ("(amd", "Build (amd)"),
        ("build*arm", "Build (arm)"),
        (job_key("Build (arm)"), "Build (arm)"),
    ],
)
def test_a_job_by_name_case_alias_key_or_part(name, expected):
    assert meant(name) == {"Pull request": [expected]}


def test_a_name_as_written_wins_over_a_part_of_others():
    plans = [plan("test", "test all", "Test")]
    assert [find_job(plans[0], name).name for name in ("test", "Test")] == ["test", "Test"]


def test_a_part_of_several_names_must_say_so():
    with pytest.raises(AuthorError, match=r"'build' may mean 'Build \(amd\)', 'Build \(arm\)'"):
        meant("build")
    assert meant("build*") == {"Pull request": ["Build (amd)", "Build (arm)"]}


def test_one_job_is_one_job_even_with_a_star():
    with pytest.raises(AuthorError, match="may mean"):
        find_job(PULL, "build*")


@pytest.mark.parametrize("name", ["Nightly", "NIGHTLY"])
def test_a_workflow_whatever_its_event(name):
    assert meant(name) == {"Nightly": []}


def test_a_workflow_by_part_where_it_is_asked_for():
    assert find_workflow(PLANS, "night") is NIGHTLY
    with pytest.raises(AuthorError, match="'pu' may mean 'Pull request', 'Push'"):
        find_workflow(PLANS, "pu")


def test_a_job_of_several_workflows_means_that_of_the_pull_request():
    assert meant("Unit tests") == {"Pull request": ["Unit tests"]}
    assert meant("Unit tests", workflow="Nightly") == {"Nightly": ["Unit tests"]}


def test_a_job_of_several_workflows_without_pull_request_is_asked_back():
    with pytest.raises(AuthorError, match=r"several workflows: 'Nightly', 'Push'.*--workflow"):
        meant("Fuzz")
    assert meant("Fuzz", workflow="push") == {"Push": ["Fuzz"]}


def test_several_names_gather_by_workflow():
    assert meant("lint", "release", "ut", "lint") == {
        "Pull request": ["lint", "Unit tests"],
        "Push": ["Release"],
    }


@pytest.mark.parametrize("names", [("lint", "Pull request"), ("Pull request", "lint")])
def test_a_whole_workflow_swallows_its_jobs(names):
    assert meant(*names) == {"Pull request": []}


def test_a_workflow_option_alone_is_the_whole_workflow():
    assert meant(workflow="Push") == {"Push": []}


@pytest.mark.parametrize("name", ["lnit", "Nigthly"])
def test_unknown_names_get_a_suggestion(name):
    with pytest.raises(AuthorError, match=r"Did you mean '(lint|Nightly)'") as found:
        meant(name)
    assert found.value.exit_code == 2


def test_an_empty_name_means_nothing():
    with pytest.raises(AuthorError, match="There is no job ''"):
        meant("")


def test_unknown_workflows_are_listed():
    with pytest.raises(AuthorError, match="There are 'Pull request', 'Nightly', 'Push'"):
        find_workflow(PLANS, "x" * 50)


@pytest.mark.parametrize(
    ("bases", "starts"),
    [((), True), (("main",), True), (("dev", "ma*"), True), (("dev",), False), (("mai",), False)],
)
def test_which_workflows_a_pull_request_starts(bases, starts):
    plans = [plan("a", base_branches=bases), PUSH]
    assert bool(started_by_pull_request(plans, "main")) is starts


def test_fault_39_a_branch_glob_is_a_glob_and_no_regular_expression():
    plans = [plan("a", base_branches=("release/*",))]
    assert started_by_pull_request(plans, "release/1.0")
    assert not started_by_pull_request(plans, "release")
    assert started_by_pull_request([plan("a", base_branches=("*",))], "main")


def test_fault_33_names_that_look_alike_stay_apart():
    same = plan("A B", "A_B", "Build (a)", "Build [a]")
    names = [it.name for it in same.jobs]
    assert [find_job(same, name).name for name in names] == names


def test_fault_33_an_alias_never_hides_a_job():
    shadowed = plan("a", "b", aliases={"a": "b"})
    assert find_job(shadowed, "a").name == "a"


@pytest.mark.parametrize("name", ["🎉 'q' \"d\" / \\", "x" * 300, "tab\tand\nline", "*"])
def test_strange_names_are_found_as_they_are(name):
    assert find_job(plan(job(name), job("other")), name).name == name


def test_long_lists_are_cut():
    assert listed(map(str, range(14))).endswith("'11' and 2 more")
    assert listed(["x" * 99]) == f"'{'x' * 57}...'"
