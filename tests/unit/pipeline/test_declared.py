"""Building an object never judges: it remembers."""

import copy
import pickle

import pytest

from praktika import Artifact, Docker, Job, Secret, Workflow
from praktika.pipeline.check.kinds import fits, words
from praktika.pipeline.declare.declared import (
    Declared,
    fields_of,
    is_written,
    others_of,
    place_of,
    required_of,
)

KINDS = [
    Workflow.Config,
    Workflow.Config.InputConfig,
    Workflow.OrchestratorAI.Config,
    Job.Config,
    Job.ParamSet,
    Job.CacheDigestConfig,
    Artifact.Config,
    Docker.Config,
    Secret.Config,
]


def line() -> int:
    import sys

    return sys._getframe(1).f_lineno


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_building_from_nothing_from_anything_and_from_too_much_succeeds(kind):
    assert isinstance(kind(), Declared)
    assert isinstance(kind(*range(100)), Declared)
    assert isinstance(kind(nonsense=object(), name=None), Declared)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_every_type_of_a_field_is_one_that_can_be_checked_and_said(kind):
    for field, note in fields_of(kind).items():
        said = words(note)
        assert "[" not in said, field
        assert "Config" not in said or "." in said or said.endswith("Configs"), field
        default = getattr(kind(), field)
        assert fits(note)(default) or field in required_of(kind), field


def test_the_short_and_the_long_spelling_build_the_same():
    for short in (Workflow, Job, Artifact, Docker, Secret):
        assert isinstance(short(name="x"), short.Config)
        assert fields_of(short) == fields_of(short.Config)


def test_a_missing_field_reads_as_the_empty_value_of_its_type():
    assert Job().name == ""
    assert Workflow().jobs == []


def test_objects_do_not_share_their_lists():
    one, other = Job(), Job()
    one.requires.append("x")
    assert other.requires == []
    assert Docker().platforms is not Docker.Platforms.arm_amd


def test_positional_arguments_follow_the_order_of_the_fields():
    job = Job("build", ["large"], "make")
    assert (job.name, job.runs_on, job.command) == ("build", ["large"], "make")


def test_the_place_is_the_line_of_the_authors_call():
    job = Job(
        name="build",
        command="make",
    )
    assert place_of(job) == (__file__, line() - 4)


def test_the_place_is_the_authors_also_behind_a_method_of_ours():
    job = Job(name="build")
    here = line() + 1
    renamed = job.set_name("other")
    assert place_of(renamed, "name") == (__file__, here)
    assert place_of(renamed) == place_of(job)


def test_an_assigned_attribute_has_the_place_of_its_assignment():
    workflow = Workflow(name="CI", jobs=[])
    workflow.jobs = [Job(name="build")]
    assert place_of(workflow, "jobs") == (__file__, line() - 1)
    assert place_of(workflow, "name") == place_of(workflow)
    assert is_written(workflow, "jobs")
    assert not is_written(workflow, "dockers")


def test_unknown_names_are_remembered_with_their_places():
    job = Job(name="build", comand="make")
    job.tiemout = 3
    assert others_of(job) == (
        ("comand", (__file__, line() - 3)),
        ("tiemout", (__file__, line() - 3)),
    )
    assert job.tiemout == 3


def test_a_name_with_an_underscore_in_front_is_the_authors_own():
    job = Job(name="build")
    job._note = "mine"
    assert job._note == "mine"
    assert others_of(job) == ()


def test_reading_an_unknown_attribute_says_of_what():
    with pytest.raises(AttributeError, match="Job has no attribute 'tiemout'"):
        _ = Job(name="build").tiemout


def test_older_names_are_the_newer_ones():
    job = Job(name="build", allow_merge_on_failure=True)
    job.run_unless_cancelled = True
    assert job.allow_failure is True
    assert job.always_run is True
    assert job.allow_merge_on_failure is True


def test_a_name_that_is_gone_can_still_be_read():
    assert Job(needs_jobs_from_requires=True).needs_jobs_from_requires is True


@pytest.mark.parametrize(
    "how", [Job.copy, copy.copy, copy.deepcopy, lambda j: pickle.loads(pickle.dumps(j))]
)
def test_a_copy_is_equal_in_everything_and_knows_its_place(how):
    job = Job(name="build", command="make", requires=["x"], digest_config=Job.CacheDigestConfig())
    clone = how(job)
    assert (clone.name, clone.requires) == ("build", ["x"])
    assert place_of(clone) == place_of(job)


@pytest.mark.parametrize("how", [Job.copy, copy.deepcopy])
def test_a_deep_copy_shares_nothing_that_changes(how):
    job = Job(
        name="build",
        requires=["x"],
        parameter={"list": [1]},
        digest_config=Job.CacheDigestConfig(include_paths=["src"]),
    )
    clone = how(job)
    clone.requires.append("y")
    clone.parameter["list"].append(2)
    clone.digest_config.include_paths.append("lib")
    clone.name = "other"
    assert job.requires == ["x"]
    assert job.parameter == {"list": [1]}
    assert job.digest_config.include_paths == ["src"]
    assert place_of(job, "name") == place_of(job)


def test_objects_show_their_kind_and_name():
    assert repr(Job(name="build")) == "Job('build')"
    assert repr(Secret(name="token")) == "token"
