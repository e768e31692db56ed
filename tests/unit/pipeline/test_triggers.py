"""What starts a workflow: events, patterns, schedules, inputs."""

import pytest
from hypothesis import given
from tests.unit.engine.checkouts import SEARCH
from tests.unit.engine.test_schedule import LINES

from praktika import Job, Workflow
from praktika.engine.routing.schedule import comes
from praktika.pipeline.check.triggers.cron import never_comes

JOB = Job(name="build", command="make")
Input = Workflow.Config.InputConfig


@SEARCH
@given(LINES)
def test_a_schedule_that_the_check_lets_through_comes(line):
    assert never_comes(line) == (not comes(line))


def test_a_schedule_that_never_comes(found):
    (problem,) = found(JOB, event="schedule", cron_schedules=["0 0 30 2 *"])
    assert problem == (
        "bad-cron: The schedule '0 0 30 2 *' of Workflow 'CI' never comes."
        " Name a day that one of its months has."
    )
    assert found(JOB, event="schedule", cron_schedules=["0 0 29 2 *", "0 0 30 2 1"]) == []


@pytest.mark.parametrize(
    ("field", "value", "events"),
    [
        ("branches", ["main"], "push dispatch"),
        ("base_branches", ["main"], "pull_request merge_queue"),
        ("paths", ["src"], "pull_request push merge_queue"),
        ("merge_commit", False, "pull_request"),
        ("allow_untrusted", True, "pull_request"),
        ("enable_automerge", True, "pull_request"),
        ("inputs", [Input(name="a")], "dispatch"),
        (
            "enable_commit_status_on_failure",
            True,
            "pull_request push dispatch merge_queue schedule",
        ),
        ("job_checks", "all", "pull_request push dispatch merge_queue schedule"),
        ("merge_commit", True, "pull_request push dispatch merge_queue schedule"),
    ],
)
def test_fields_have_an_effect_on_some_events(found, field, value, events):
    for event in ("pull_request", "push", "dispatch", "merge_queue", "schedule"):
        lines = ["0 3 * * *"] if event == "schedule" else []
        problems = found(JOB, event=event, cron_schedules=lines, **{field: value})
        text = f"warning: no-effect: '{field}' of Workflow 'CI' has no effect on event '{event}'."
        assert problems == ([] if event in events.split() else [text])


def test_a_job_with_a_commit_status_needs_no_engine(found):
    assert found(JOB.copy(), engine="praktika") == []
    assert found(Job(name="a", command="b", enable_commit_status=True)) == []


@pytest.mark.parametrize("value", [True, False])
def test_the_older_name_of_merging_has_no_effect(found, value):
    (problem,) = found(JOB, event="pull_request", enable_merge_commit=value)
    assert problem == (
        "warning: deprecated: 'enable_merge_commit' of Workflow 'CI' has no effect any more."
        " A pull request is tested merged with its base; merge_commit=False tests its head."
    )


def test_checks_of_jobs_are_all_failures_or_none(found):
    (problem,) = found(JOB, job_checks="failure")
    assert problem.startswith("wrong-value: 'job_checks' of Workflow 'CI' is 'failure'")
    assert problem.endswith("Did you mean 'failures'?")


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", "is empty"),
        ("!", "is empty"),
        ("/main", "no branch matches: there is nothing before, behind or between its slashes"),
        ("a//b", "no branch matches: there is nothing"),
        ("release/", "no branch matches: there is nothing"),
        (" main", "has white space in it"),
        ("ma~in", "has '~' in it"),
        ("refs/heads/main", "no branch matches: names of branches come without 'refs/heads/'"),
    ],
)
def test_patterns_that_no_branch_matches(found, pattern, fault):
    (problem,) = found(JOB, branches=["x", pattern])
    assert problem.startswith(
        f"bad-pattern: 'branches' of Workflow 'CI' has '{pattern}', which {fault}"
    )
    (problem,) = found(JOB, event="pull_request", base_branches=[pattern, "x"])
    assert problem.startswith("bad-pattern: 'base_branches' of")


@pytest.mark.parametrize(
    "pattern",
    ["*", "**", "release/*", "!old/*", "v[0-9]*", "24.*", "v1.?", "a.b", "a-b_c/@d", "**/x", "ö+a"],
)
def test_patterns_that_are_globs(found, pattern):
    assert found(JOB, branches=["x", pattern]) == []


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("release/.*", "Write 'release/**'."),
        (".*", "Write '**'."),
        (".+", "Write '**'."),
        ("^release-.*$", "Write 'release-*'."),
        (r"v\d+\.\d+", "Write 'v[0-9]*.[0-9]*'."),
        ("v[0-9]+", "Write 'v[0-9]*'."),
        ("main$", "Write 'main'."),
        ("(main|master)", "'*' is anything but a '/'"),
        ("!release/.*", "Write 'release/**'."),
    ],
)
def test_regular_expressions_are_warned_about_with_the_glob_that_was_meant(found, pattern, meant):
    """Fault 39: the predecessor's own engine took branches for regular expressions."""
    (problem,) = found(JOB, branches=["x", pattern])
    start = f"warning: bad-pattern: 'branches' of Workflow 'CI' has '{pattern}', which is no glob. "
    assert problem.startswith(start + meant)


@pytest.mark.parametrize("field", ["branches", "paths"])
def test_patterns_that_only_take_out_leave_nothing(found, field):
    (problem,) = found(JOB, **{field: ["!a", "!b"]})
    assert problem == (
        f"bad-pattern: '{field}' of Workflow 'CI' only takes out, so that nothing is left."
        ' Put "**" first, for everything else.'
    )


@pytest.mark.parametrize("path", ["", "!", "../x", "a/../../b"])
def test_paths_that_no_file_matches(found, path):
    (problem,) = found(JOB, paths=["src", path])
    assert problem.startswith(f"bad-pattern: 'paths' of Workflow 'CI' has '{path}', which no file")


def test_paths_in_any_folder_are_written_out(found):
    (problem,) = found(JOB, paths=["src/**.py", "!docs", "./a", "a b/*.c", "**/x/**"])
    assert problem == (
        "warning: bad-pattern: 'paths' of Workflow 'CI' has 'src/**.py', which means the same as"
        " with one '*': it crosses no '/'. Write 'src/**/*.py' for files in any folder."
    )


def inputs(found, *declared: Input) -> list[str]:
    return found(JOB, event="dispatch", inputs=list(declared))


def test_inputs_that_are_fine(found):
    assert (
        inputs(
            found,
            Input(name="tag", is_required=True),
            Input(name="dry-run", is_boolean=True, default_value=False),
            Input(name="count", default_value=3),
            Input(name="_kind", options=["a", "b"], default_value="b"),
        )
        == []
    )


@pytest.mark.parametrize("name", ["a b", "1a", "-a", "a.b", "ä", "a" * 101, "a\n"])
def test_names_of_inputs_are_plain(found, name):
    problems = inputs(found, Input(name=name))
    assert problems[0].startswith("bad-name: The name of InputConfig")


def test_an_input_has_a_name(found):
    (problem,) = inputs(found, Input(description="x"))
    assert problem.startswith("missing-field: InputConfig needs 'name'.")


def test_inputs_have_names_of_their_own(found):
    (problem,) = inputs(found, Input(name="tag"), Input(name="Tag"))
    assert problem.startswith(
        "duplicate-name: InputConfig 'Tag' of Workflow 'CI' is declared twice"
    )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"options": ["a", "b"], "default_value": "c"},
            "wrong-value: The default of InputConfig 'x', 'c', is none of its options. Use one of: a, b.",
        ),
        ({"options": []}, "wrong-value: The options of InputConfig 'x' are empty"),
        ({"options": ["a", " "]}, "wrong-value: The options of InputConfig 'x' are empty"),
        ({"options": ["a", "a"]}, "duplicate-name: InputConfig 'x' has an option twice."),
        (
            {"options": ["a"], "is_boolean": True},
            "wrong-value: InputConfig 'x' has options, and is a boolean. Remove one of the two.",
        ),
        (
            {"is_boolean": True, "default_value": "yes"},
            "wrong-type: The default of InputConfig 'x', a boolean, is a str ('yes'). Use True or False.",
        ),
        ({"default_value": float("nan")}, "wrong-value: The default of InputConfig 'x' is a float"),
        (
            {"is_required": True, "default_value": "a"},
            "warning: no-effect: InputConfig 'x' is required and has a default",
        ),
    ],
)
def test_what_is_wrong_with_an_input(found, fields, expected):
    (problem,) = inputs(found, Input(name="x", **fields))
    assert problem.startswith(expected)


def test_there_are_so_many_inputs_at_most(found):
    (problem,) = inputs(found, *(Input(name=f"i{n}") for n in range(26)))
    assert problem == "wrong-value: Workflow 'CI' has 26 inputs, more than 25."
