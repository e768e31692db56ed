"""A pipeline that was written for the predecessor loads as it is (see `existing/README.md`)."""

import shutil
from pathlib import Path

import pytest

from praktika.adapters.local.sandbox import LocalSandbox

EXISTING = Path(__file__).parent / "existing"


@pytest.fixture(scope="module")
def compilation(tmp_path_factory):
    root = tmp_path_factory.mktemp("existing") / "repository"
    shutil.copytree(EXISTING, root)
    return LocalSandbox().compile(root)


@pytest.fixture
def plans(compilation):
    return {plan.workflow: plan for plan in compilation.plans}


@pytest.fixture
def jobs(plans):
    return {job.name: job for job in plans["PR"].jobs}


def test_nothing_but_notes_on_older_names_is_found(compilation):
    assert {problem.severity for problem in compilation.problems} == {"warning"}
    assert [f"{problem.file}: {problem.code}" for problem in compilation.problems] == [
        "ci/defs/jobs.py: deprecated",  # allow_merge_on_failure
        "ci/defs/names.py: unprovided-artifact",  # BIN_ARM, which master.py leaves out
        "ci/infra/cloud.py: no-projects",
        "ci/infra/cloud.py: no-effect",  # two functions of the Slack app
        "ci/infra/cloud.py: no-effect",
        "ci/infra/cloud.py: no-effect",  # a host in no availability zone
        "ci/settings/settings.py: deprecated",  # S3_ARTIFACT_PATH
        "ci/settings/settings.py: deprecated",  # SECRET_GH_APP_ID
        "ci/workflows/pull_request.py: deprecated",  # set_dependency
    ]


def test_both_workflows_are_there_in_the_order_of_their_files(compilation):
    assert [(plan.workflow, plan.event) for plan in compilation.plans] == [
        ("MasterCI", "push"),
        ("PR", "pull_request"),
    ]


def test_every_job_is_there_once_behind_what_it_needs(jobs, plans):
    assert list(jobs) == [
        "Config Workflow",
        "Style check",
        "Dockers Build (amd)",
        "Build (amd_debug)",
        "Build (amd_release)",
        "Build (arm_release)",
        "Stateless tests (amd_debug, parallel 1/3)",
        "Stateless tests (amd_debug, parallel 2/3)",
        "Stateless tests (amd_debug, parallel 3/3)",
        "Stateless tests (arm)",
        "Stateless tests (amd_debug, parallel 1/3) (repeat 2)",
        "Stateless tests (amd_debug, parallel 1/3) (repeat 3)",
        "Docs (preview), v1.2",
        "Finish Workflow",
    ]
    seen = set()
    for job in plans["PR"].jobs:
        assert {need.job for need in job.needs} <= seen
        seen.add(job.key)


def test_commands_keep_their_braces(jobs):
    assert jobs["Stateless tests (arm)"].command == (
        "python3 ./ci/jobs/test.py --options 'arm' | awk '{print $1}'"
    )


def test_needs_are_those_that_were_declared(jobs):
    names = {job.key: job.name for job in jobs.values()}
    needs = {name: {names[n.job]: n.kind for n in job.needs} for name, job in jobs.items()}
    assert needs["Build (amd_debug)"] == {
        "Config Workflow": "order",
        "Style check": "order",
        "Dockers Build (amd)": "artifact",
    }
    assert needs["Stateless tests (arm)"] == {
        "Config Workflow": "order",
        **{f"Stateless tests (amd_debug, parallel {n}/3)": "order" for n in (1, 2, 3)},
        "Build (arm_release)": "artifact",
    }
    assert needs["Docs (preview), v1.2"] == {
        "Config Workflow": "order",
        "Style check": "job",
        "Build (amd_release)": "artifact",
    }
    assert len(needs["Finish Workflow"]) == len(jobs) - 1


def test_artifacts_are_relative_to_the_workspace(plans):
    paths = {artifact.name: artifact.paths for artifact in plans["PR"].artifacts}
    assert paths["BIN_DEBUG"] == ("ci/tmp/build/program",)
    assert paths["REPORT"] == ("*.html", "ci/tmp/x")


def test_settings_of_all_files_hold(compilation):
    settings = compilation.settings
    assert settings["MAIN_BRANCH"] == "trunk"
    assert settings["S3_ARTIFACT_BUCKET"] == "example-builds"
    assert sorted(settings["TEXT_CONTENT_EXTENSIONS"]) == [".err", ".txt"]


def test_other_details(plans, jobs):
    assert ("app.key", "aws secret") in plans["PR"].secrets
    assert plans["PR"].aliases == {"fast": "Style check", "build": "Build (amd_debug)"}
    assert jobs["Build (amd_release)"].timeout == 60.0
    assert jobs["Style check"].allow_failure
    assert jobs["Config Workflow"].runs_on == ("self-hosted", "small")
    assert plans["MasterCI"].branches == ("trunk", "release/*")
    provided = {name for job in plans["MasterCI"].jobs for name in job.provides}
    assert provided == {"BIN_DEBUG", "BIN_RELEASE", "REPORT"}
