"""Workflow, Artifact, Docker and Secret: their own methods."""

import pytest

from praktika import Artifact, Docker, Job, Secret, Workflow


@pytest.fixture
def workflow():
    return Workflow.Config(
        name="CI",
        event=Workflow.Event.PULL_REQUEST,
        jobs=[Job(name="Build (debug)"), Job(name="Build (release)"), Job(name="Test")],
        secrets=[
            Secret(name="one", type=Secret.Type.GH_SECRET),
            Secret(name=["two", "three"], type="x"),
        ],
        job_aliases={"b": "Build (debug)"},
    )


def names(jobs):
    return [job.name for job in jobs]


def test_jobs_are_found_by_name(workflow):
    assert workflow.get_job("Test").name == "Test"
    assert workflow.get_job("test") is None
    assert names(workflow.find_jobs("Test")) == ["Test"]
    assert workflow.find_jobs("test") == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("b", ["Build (debug)"]),
        ("build", ["Build (debug)", "Build (release)"]),
        ("b*release", ["Build (release)"]),
        ("TEST", ["Test"]),
        ("nothing", []),
    ],
)
def test_lazy_finding_takes_aliases_parts_and_any_case(workflow, wanted, expected):
    assert names(workflow.find_jobs(wanted, lazy=True)) == expected


def test_secrets_are_found_also_inside_a_list(workflow):
    assert workflow.get_secret("one").name == "one"
    assert workflow.get_secret("three").name == ["two", "three"]
    with pytest.raises(
        RuntimeError, match=r"'CI' declares no secret 'four' .declared: one, three, two"
    ):
        workflow.get_secret("four")


def test_a_workflow_knows_its_event(workflow):
    assert workflow.is_event_pull_request()
    assert not workflow.is_event_push()
    workflow.event = Workflow.Event.MERGE_QUEUE
    assert workflow.is_event_merge_queue()
    assert [workflow.is_event_schedule(), workflow.is_event_dispatch()] == [False, False]


def test_constants_have_the_established_values():
    assert Workflow.Event.SCHEDULE == "schedule"
    assert Workflow.Config.Event.DISPATCH == "dispatch"
    assert Workflow.Engine.GH_ACTIONS == "GHActions"
    assert (Artifact.Type.GH, Artifact.Type.S3, Artifact.Type.PHONY) == ("github", "s3", "phony")
    assert Docker.Platforms.arm_amd == ["linux/arm64", "linux/amd64"]
    assert Secret.Type.AWS_SSM_PARAMETER == Secret.Type.AWS_SSM_VAR == "aws parameter"
    assert (Secret.Type.AWS_SSM_SECRET, Secret.Type.GH_VAR) == ("aws secret", "gh var")


def test_one_artifact_becomes_several():
    made = Artifact.Config(name="*", type=Artifact.Type.S3, path="*.deb").parametrize(
        names=["a", "b"]
    )
    assert [(one.name, one.path) for one in made] == [("a", "*.deb"), ("b", "*.deb")]
    assert made[0].is_s3_artifact()


def test_tags_are_added_to_a_copy():
    first = Artifact(name="a", path="x").add_tags({"k": 1})
    second = first.add_tags({"l": 2})
    assert (first.ext, second.ext) == ({"tags": {"k": 1}}, {"tags": {"k": 1, "l": 2}})


def test_secrets_are_joined_and_read_together(monkeypatch):
    monkeypatch.setenv("one", "1")
    monkeypatch.setenv("PRAKTIKA_SECRET_TWO_KEY", "2")
    one = Secret.Config(name="one", type=Secret.Type.AWS_SSM_SECRET)
    two = Secret.Config(name="two.key", type=Secret.Type.AWS_SSM_SECRET)
    assert one.get_value() == "1"
    assert one.join_with(two).get_value() == ["1", "2"]
    assert (one.name, one.join_with(two).name) == ("one", ["one", "two.key"])


def test_a_secret_that_is_not_there_raises(monkeypatch):
    monkeypatch.delenv("absent", raising=False)
    with pytest.raises(RuntimeError, match="absent"):
        Secret(name="absent", type=Secret.Type.GH_VAR).get_value()


def test_secrets_of_two_kinds_cannot_be_joined(found):
    joined = Secret(name="a", type=Secret.Type.GH_VAR).join_with(
        Secret(name="b", type=Secret.Type.GH_SECRET)
    )
    (problem,) = found(Job(name="x", command="true"), secrets=[joined])
    assert problem == "wrong-value: Secrets a and b differ in type or region and cannot be joined."
