"""The chainable copies of a job."""

import pytest

from praktika import Artifact, Job


@pytest.fixture
def job():
    return Job.Config(
        name="test", command="make test", requires=["a"], run_after=["b"], provides=["c"]
    )


def test_names_objects_and_lists_of_both_are_added_once(job):
    other = Job(name="other")
    assert job.set_requires("d").requires == ["a", "d"]
    assert job.set_requires(["a", other]).requires == ["a", "other"]
    assert job.set_run_after(other).run_after == ["b", "other"]
    assert job.set_provides([Artifact(name="e"), "c"]).provides == ["c", "e"]


def test_reset_forgets_what_was_there(job):
    assert job.set_requires("d", reset=True).requires == ["d"]
    assert job.set_run_after([], reset=True).run_after == []
    assert job.set_provides("d", True).provides == ["d"]


def test_unset_provides_drops_what_contains_the_keyword_in_any_case():
    job = Job(name="build", provides=["CH_AMD", "UNITTEST_AMD", "unittest_arm"])
    assert job.unset_provides("unittest").provides == ["CH_AMD"]


@pytest.mark.parametrize(
    ("setter", "value", "field"),
    [
        ("set_command", "make", "command"),
        ("set_name", "other", "name"),
        ("set_runs_on", ["large"], "runs_on"),
        ("set_timeout", 60, "timeout"),
        ("set_retries", 2, "retries"),
        ("set_rerun_command", "make retest", "rerun_command"),
        ("set_run_in_docker", "image", "run_in_docker"),
        ("set_pre_hooks", ["true"], "pre_hooks"),
        ("set_post_hooks", ["true"], "post_hooks"),
        ("set_allow_failure", False, "allow_failure"),
    ],
)
def test_each_setter_changes_a_copy_only(job, setter, value, field):
    before = getattr(job, field)
    clone = getattr(job, setter)(value)
    assert getattr(clone, field) == value
    assert getattr(job, field) == before


def test_setters_keep_the_class_and_can_be_chained(job):
    clone = Job(name="x").set_timeout(5).set_allow_failure().set_post_hooks(post_hooks=["true"])
    assert type(clone) is Job
    assert (clone.timeout, clone.allow_failure, clone.post_hooks) == (5, True, ["true"])


def test_older_setters_work_and_leave_a_note(found):
    first = Job(name="first", command="true")
    second = (
        Job(name="second", command="true")
        .set_dependency(["first"])
        .set_allow_merge_on_failure(True)
    )
    assert second.run_after == ["first"]
    assert second.allow_failure is True
    assert found(first, second) == [
        "warning: deprecated: set_dependency() is an older name. Write 'set_run_after()'.",
        "warning: deprecated: set_allow_merge_on_failure() is an older name. Write 'set_allow_failure()'.",
    ]


def test_get_job_finds_by_the_exact_name():
    jobs = [Job(name="a"), Job(name="b")]
    assert Job.Config.get_job(jobs, "b") is jobs[1]
    assert Job.Config.get_job(jobs, "B") is None


def test_wrong_values_given_to_setters_are_found_later_not_raised(found):
    job = Job(name="a", command="true", requires=None).set_requires(5).set_run_after(None)
    assert found(job) == [
        "wrong-type: 'requires[0]' of Job 'a' is an int (5), not a string.",
    ]
