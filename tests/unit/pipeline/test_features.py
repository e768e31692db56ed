"""Events, schedules, features, labels."""

import pytest

from praktika import Artifact, Job, Workflow
from praktika.infrastructure import VPC, CloudInfrastructure, Components
from praktika.pipeline.check.triggers.cron import cron_fault

JOB = Job(name="build", command="make")


@pytest.mark.parametrize(
    "line",
    [
        "* * * * *",
        "*/15 0 1 1 0",
        "0,30 8-18 * * 1-5",
        "0 8-18/2 1,15 * 7",
        "59 23 31 12 *",
        " 0  3 * * * ",
    ],
)
def test_cron_lines_that_are_fine(line):
    assert cron_fault(line) == ""


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", "has 0 fields, not 5"),
        ("* * * *", "has 4 fields, not 5"),
        ("@daily", "has 1 fields, not 5"),
        ("60 * * * *", "has '60' as its minute, not a number or range of 0 to 59"),
        ("* 24 * * *", "has '24' as its hour"),
        ("* * 0 * *", "has '0' as its day of the month"),
        ("* * * 13 *", "has '13' as its month"),
        ("* * * * 8", "has '8' as its day of the week"),
        ("* * * * MON", "has 'MON' as its day of the week"),
        ("5-1 * * * *", "has '5-1' as its minute"),
        ("*/0 * * * *", "has '*/0' as its minute"),
        ("*/ * * * *", "has '*/' as its minute"),
        ("*/61 * * * *", "has '*/61' as its minute"),
        ("5/2 * * * *", "has '5/2' as its minute"),
        ("1,,2 * * * *", "has '' as its minute"),
        ("-5 * * * *", "has '-5' as its minute"),
        ("1- * * * *", "has '1-' as its minute"),
        ("٣ * * * *", "has '٣' as its minute"),
        ("1e1 * * * *", "has '1e1' as its minute"),
        ("+5 * * * *", "has '+5' as its minute"),
    ],
)
def test_cron_lines_with_a_fault(line, fault):
    assert cron_fault(line).startswith(fault)


def test_a_schedule_needs_a_cron_line(found):
    (problem,) = found(JOB, event="schedule")
    assert problem.startswith(
        "missing-field: Workflow 'CI' is for event 'schedule' and needs 'cron_schedules'."
    )
    assert found(JOB, event="schedule", cron_schedules=["0 3 * * *"]) == []
    (problem,) = found(JOB, event="schedule", cron_schedules=["0 3 * * *", "x"])
    assert problem.startswith("bad-cron: The schedule 'x' of Workflow 'CI' has 1 fields, not 5.")


@pytest.mark.parametrize(
    ("event", "field", "value"),
    [
        ("pull_request", "branches", ["main"]),
        ("push", "base_branches", ["main"]),
        ("push", "cron_schedules", ["0 3 * * *"]),
    ],
)
def test_fields_that_the_event_does_not_use_are_warned_about(found, event, field, value):
    assert found(JOB, event=event, **{field: value}) == [
        f"warning: no-effect: '{field}' of Workflow 'CI' has no effect on event '{event}'."
    ]


def test_features_that_need_others(found):
    problems = found(
        JOB, event="pull_request", enable_gh_summary_comment=True, enable_open_issues_check=True
    )
    assert problems == [
        "feature-needs: 'enable_gh_summary_comment' of Workflow 'CI' needs 'enable_report'. Add enable_report=True.",
        "feature-needs: 'enable_open_issues_check' of Workflow 'CI' needs 'enable_report'. Add enable_report=True.",
        "feature-needs: 'enable_open_issues_check' of Workflow 'CI' needs 'enable_merge_ready_status'. Add enable_merge_ready_status=True.",
    ]
    assert found(JOB, event="push", enable_report=True, enable_gh_summary_comment=True) == [
        "warning: no-effect: 'enable_gh_summary_comment' of Workflow 'CI' has no effect on event 'push'."
    ]


@pytest.mark.parametrize("retries", [0, 10, 2.0])
def test_retries_from_0_to_10_are_fine(found, retries):
    assert found(JOB.set_retries(retries)) == []


@pytest.mark.parametrize(
    ("retries", "said"),
    [
        (-1, "an int (-1)"),
        (11, "an int (11)"),
        (1.5, "a float (1.5)"),
        (float("nan"), "a float (nan)"),
        (float("inf"), "a float (inf)"),
    ],
)
def test_other_retries_are_said(found, retries, said):
    assert found(JOB.set_retries(retries)) == [
        f"wrong-value: 'retries' of Job 'build' is {said}, not a whole number from 0 to 10."
    ]


def test_a_command_for_failed_tests_has_something_in_it(found):
    assert found(JOB.set_rerun_command("")) == []
    assert found(JOB.set_rerun_command(" \t")) == [
        "empty-command: 'rerun_command' of Job 'build' is blank. Write a line for bash, or leave it out."
    ]
    (problem,) = found(JOB.set_rerun_command("a\0b"))
    assert problem.startswith("wrong-value: 'rerun_command' of Job 'build' has a NUL character")


@pytest.mark.parametrize(
    ("timeout", "said"),
    [
        (0, "an int (0)"),
        (-1.5, "a float (-1.5)"),
        (float("inf"), "a float (inf)"),
        (float("nan"), "a float (nan)"),
    ],
)
def test_a_workflow_takes_some_time_and_not_for_ever(found, timeout, said):
    assert found(JOB, timeout=timeout) == [
        f"bad-timeout: The timeout of Workflow 'CI' is {said}, not seconds above 0."
    ]


def test_a_timeout_beyond_that_of_the_workflow_is_warned_about_where_it_was_given(compiled):
    jobs = [JOB.set_timeout(90), Job(name="test", command="make test")]
    compilation = compiled(Workflow(name="CI", event="push", jobs=jobs, timeout=60))
    (problem,) = compilation.problems
    assert problem.line == jobs[0]._written["timeout"][1]
    assert str(problem).split(": ", 1)[1] == (
        "warning: no-effect: The timeout of Job 'build', 90 s, has no effect: Workflow 'CI' is"
        " stopped after 60 s. Raise the workflow's timeout, or lower the job's."
    )
    assert len(compilation.plans) == 1


def test_a_timeout_up_to_that_of_the_workflow_is_fine(found):
    assert found(JOB.set_timeout(60), timeout=60) == []


@pytest.mark.parametrize("policy", ["cancel", "queue"])
def test_a_policy_needs_a_group(found, policy):
    expected = (
        "warning: no-effect: 'concurrency_policy' of Workflow 'CI' has no effect without"
        " 'concurrency'. Add concurrency=…, the name of the group."
    )
    assert found(JOB, concurrency_policy=policy) == [expected]
    assert found(JOB, concurrency_policy=policy, concurrency="deploy") == []
    assert found(JOB, concurrency_policy=policy, event="pull_request") == []


def test_a_policy_that_is_none_has_a_suggestion(found):
    (problem,) = found(JOB, concurrency="deploy", concurrency_policy="quue")
    assert problem == (
        "wrong-value: 'concurrency_policy' of Workflow 'CI' is 'quue', which is none of the known"
        " ones. Did you mean 'queue'?"
    )
    (problem,) = found(JOB, concurrency="deploy", concurrency_policy="x")
    assert problem.endswith(" ones. Use one of: cancel, queue.")


def test_the_cache_cannot_use_artifacts_that_github_keeps(found):
    build = JOB.set_provides("a")
    artifact = Artifact(name="a", path="x", type=Artifact.Type.GH)
    assert found(build, artifacts=[artifact]) == []
    (problem,) = found(build, artifacts=[artifact], enable_cache=True)
    assert problem.startswith("feature-needs: Artifact 'a' is kept by GitHub")


def test_a_phony_artifact_needs_no_path(found):
    artifact = Artifact(name="a", type=Artifact.Type.PHONY)
    assert found(JOB.set_provides("a"), artifacts=[artifact]) == []


def test_without_declared_pools_every_label_is_served(found):
    assert found(JOB.set_runs_on(["anything"])) == []


NETWORK = VPC.Config(subnets=[VPC.Subnet(availability_zone="eu-north-1a")])


def pools(*names):
    made = [Components.RunnerPool(name=name, instance_type="t4g.small", size=1) for name in names]
    return [CloudInfrastructure.Config(name="cloud", runner_pools=made, vpcs=[NETWORK])]


def test_with_pools_a_label_that_none_serves_is_an_error(found):
    assert found(JOB.set_runs_on(["self-hosted", "smal"]), projects=pools("small", "large")) == [
        "unserved-label: No pool serves the label 'smal' of Job 'build'. Did you mean 'small'?"
    ]
    assert found(JOB.set_runs_on("small"), projects=pools("small")) == []
    assert found(JOB, projects=pools("small")) == [
        "unserved-label: Job 'build' has no label to run on, and pools are declared. Add runs_on=…."
    ]


def test_a_prefix_of_labels_counts_for_pools_but_not_for_self_hosted(found, compiled):
    job = JOB.set_runs_on(["self-hosted", "small"])
    assert found(job, projects=pools("pr-small"), runs_on_label_prefix="pr-") == []
    (problem,) = found(job, projects=pools("small"), runs_on_label_prefix="pr-")
    assert "'pr-small'" in problem


def test_native_jobs_need_a_label_too_when_pools_are_declared(found):
    job = JOB.set_runs_on("small")
    assert found(job, projects=pools("small"), pre_hooks=["true"]) == [
        "unserved-label: Job 'Config Workflow' has no label to run on, and pools are declared. Add runs_on=…."
    ]
    assert (
        found(job, projects=pools("small"), pre_hooks=["true"], native_job_runs_on=["small"]) == []
    )
    settings = {"CI_CONFIG_RUNS_ON": ["small"]}
    assert found(job, projects=pools("small"), pre_hooks=["true"], settings=settings) == []


def test_a_pool_may_serve_another_label_than_its_name(found):
    project = pools("small")
    project[0].runner_pools[0].label = "little"
    assert found(JOB.set_runs_on("little"), projects=project) == []
    (problem,) = found(JOB.set_runs_on("small"), projects=project)
    assert problem.startswith("unserved-label")


def test_a_pool_for_strangers_serves_nobody_else(found):
    project = pools("small", "strangers")
    project[0].runner_pools[1].untrusted = True
    assert found(JOB.set_runs_on("small"), projects=project) == []
    (problem,) = found(JOB.set_runs_on("strangers"), projects=project)
    assert problem.startswith("unserved-label")


def test_declared_pools_are_in_the_compilation(compiled):
    job = JOB.set_runs_on("small")
    workflow = Workflow(name="CI", event="push", jobs=[job])
    assert compiled(workflow, projects=pools("small", "large")).pools == ("small", "large")
    assert compiled(workflow, projects=[CloudInfrastructure.Config(name="c")]).pools is None
    assert compiled(workflow).pools is None


def test_an_unknown_attribute_of_a_component_is_only_warned_about(found):
    pool = Components.RunnerPool(name="x", instance_type="t4g.small", size=1, colour=1)
    project = CloudInfrastructure.Config(name="c", runner_pools=[pool], vpcs=[NETWORK])
    assert found(JOB.set_runs_on("x"), projects=[project]) == [
        "warning: unknown-attribute: RunnerPool has no attribute 'colour'."
    ]


@pytest.mark.parametrize("days", [-1, float("nan"), float("inf"), 1e9])
def test_an_artifact_expires_after_days(found, days):
    artifact = Artifact(name="a", path="x", expire_days=days)
    (problem,) = found(JOB.set_provides("a"), artifacts=[artifact])
    assert problem.startswith("wrong-value: 'expire_days' of Artifact 'a' is a")


@pytest.mark.parametrize("tags", [{"a": 1}, {1: "a"}, ["a"], {"a": "x\n"}])
def test_tags_are_texts(found, tags):
    artifact = Artifact(name="a", path="x", ext={"tags": tags})
    (problem,) = found(JOB.set_provides("a"), artifacts=[artifact])
    assert problem.startswith("wrong-type: The tags of Artifact 'a' are not texts by names")


def test_an_artifact_may_be_optional_expire_and_have_tags(found):
    artifact = Artifact(name="a", path="x", optional=True, expire_days=0.5).add_tags({"b": "ö"})
    assert found(JOB.set_provides("a"), artifacts=[artifact]) == []
