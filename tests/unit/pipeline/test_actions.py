"""Workflows as files for GitHub Actions."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.checkouts import SEARCH

from praktika import Artifact, Job, Secret, Workflow
from praktika.errors import AuthorError
from praktika.pipeline.actions.emit import emit, literal
from praktika.pipeline.actions.files import HEADER, files
from praktika.version import VERSION

GOLDEN = Path(__file__).parent / "actions"
JOB = Job(name="build", command="make", runs_on=["ubuntu-latest"])
Input = Workflow.Config.InputConfig

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS)
VALUES = st.recursive(
    SCALARS, lambda part: st.one_of(st.lists(part), st.dictionaries(TEXTS, part)), max_leaves=8
)


@SEARCH
@given(st.dictionaries(TEXTS, VALUES, min_size=1))
def test_what_is_emitted_is_read_back_whatever_it_holds(value):
    assert yaml.safe_load(emit(value)) == value


def documents(compiled, *jobs, every=False, settings=None, **fields):
    given = {"name": "CI", "event": "push", "engine": "GHActions", **fields}
    compilation = compiled(Workflow(jobs=list(jobs), **given), settings=settings)
    assert [str(problem) for problem in compilation.problems] == []
    texts = files(compilation, every=every)
    assert all(text.startswith(HEADER) for text in texts.values())
    return {name: yaml.safe_load(text) for name, text in texts.items()}


@pytest.fixture
def document(compiled):
    """The only document of a workflow of these jobs."""

    def go(*jobs, **fields):
        (found,) = documents(compiled, *(jobs or (JOB,)), **fields).values()
        return found

    return go


def steps(document):
    return {step.get("name", "checkout"): step for step in document["jobs"]["praktika"]["steps"]}


@pytest.mark.parametrize(
    ("fields", "on"),
    [
        ({"event": "push"}, {"push": {"branches": ["**"]}}),
        (
            {"event": "push", "branches": ["main", "release/*", "!release/0.*", "a+b"]},
            {"push": {"branches": ["main", "release/*", "!release/0.*", "a\\+b"]}},
        ),
        ({"event": "pull_request"}, {"pull_request": None}),
        (
            {
                "event": "pull_request",
                "base_branches": ["main", "v[0-9]*"],
                "paths": ["./src/", "!src/*.md", "**/x/**", "."],
            },
            {
                "pull_request": {
                    "branches": ["main", "v[0-9]*"],
                    "paths": ["src", "src/**", "!src/*.md", "!src/*.md/**", "**/x/**", "**"],
                }
            },
        ),
        (
            {"event": "schedule", "cron_schedules": ["0 3 * * *", "0 5 1 * *"]},
            {"schedule": [{"cron": "0 3 * * *"}, {"cron": "0 5 1 * *"}]},
        ),
        ({"event": "merge_queue"}, {"merge_group": None}),
        ({"event": "merge_queue", "base_branches": ["m"]}, {"merge_group": {"branches": ["m"]}}),
        ({"event": "dispatch"}, {"workflow_dispatch": None}),
        (
            {
                "event": "dispatch",
                "inputs": [
                    Input(name="tag", description="which: '${{ x }}'", is_required=True),
                    Input(name="dry", is_boolean=True, default_value=False),
                    Input(name="count", default_value=3),
                    Input(name="kind", options=["a", "no"], default_value="no"),
                ],
            },
            {
                "workflow_dispatch": {
                    "inputs": {
                        "tag": {
                            "type": "string",
                            "required": True,
                            "description": "which: '${{ x }}'",
                        },
                        "dry": {"type": "boolean", "required": False, "default": False},
                        "count": {"type": "number", "required": False, "default": 3},
                        "kind": {
                            "type": "choice",
                            "required": False,
                            "default": "no",
                            "options": ["a", "no"],
                        },
                    }
                }
            },
        ),
    ],
)
def test_what_starts_a_workflow_is_said_in_githubs_words(document, fields, on):
    assert document(**fields)["on"] == on


@pytest.mark.parametrize("pattern", ["v?", "[!a]b", "[_]"])
def test_what_github_has_no_word_for_is_refused(document, pattern):
    with pytest.raises(AuthorError, match="GitHub has no word for"):
        document(branches=[pattern])


def test_only_what_is_needed_is_permitted(document):
    """Fault 17: no `write-all`."""
    found = document(event="pull_request")
    assert found["permissions"] == {"contents": "read"}
    assert "permissions" not in found["jobs"]["praktika"]
    assert steps(found)["checkout"]["with"]["persist-credentials"] is False


@pytest.mark.parametrize("event", ["pull_request", "push", "merge_queue", "dispatch"])
@pytest.mark.parametrize("name", ["CI", 'x\'; $(id) `id` "$HOME" ${{ github.token }}', "-a: #b"])
def test_no_shell_line_and_no_expression_has_a_name_or_an_event_in_it(document, event, name):
    """Fault 54, security 6: lines are the same whatever the names are; values come by `env`."""
    found = document(event=event, name=name)
    usual = document(event=event)
    for step, other in zip(
        found["jobs"]["praktika"]["steps"], usual["jobs"]["praktika"]["steps"], strict=True
    ):
        assert step.get("run") == other.get("run")
        assert "${{" not in step.get("run", "")
    assert steps(found)["Run the workflow"]["env"]["WORKFLOW"] == literal(name)
    assert "${{ github.token" not in str(steps(found)["Run the workflow"]["env"])


def test_a_pull_request_is_compared_with_its_base(document):
    step = steps(document(event="pull_request"))["Run the workflow"]
    assert step["run"].endswith('run --workflow="$WORKFLOW" --base="origin/$BASE"')
    assert step["env"]["BASE"] == "${{ github.base_ref }}"


def test_a_head_is_tested_if_merges_are_not(document):
    merged = document(event="pull_request")
    head = document(event="pull_request", merge_commit=False)
    assert "ref" not in steps(merged)["checkout"]["with"]
    assert steps(head)["checkout"]["with"]["ref"] == "${{ github.event.pull_request.head.sha }}"


def test_inputs_come_as_data(document):
    step = steps(document(event="dispatch"))["Run the workflow"]
    assert step["env"]["PRAKTIKA_INPUTS"] == "${{ toJSON(inputs) }}"


def test_only_secrets_that_github_keeps_are_taken_from_it(document):
    secrets = [
        Secret(name="token", type=Secret.Type.GH_SECRET),
        Secret(name=["A", "B"], type=Secret.Type.GH_VAR),
        Secret(name="/other/one", type=Secret.Type.AWS_SSM_SECRET),
    ]
    env = steps(document(secrets=secrets))["Run the workflow"]["env"]
    assert env == {
        "WORKFLOW": "CI",
        "PRAKTIKA_SECRET_TOKEN": "${{ secrets.token }}",
        "PRAKTIKA_SECRET_A": "${{ vars.A }}",
        "PRAKTIKA_SECRET_B": "${{ vars.B }}",
    }
    with pytest.raises(AuthorError, match="no secret of the name 'a }} b'"):
        document(secrets=[Secret(name="a }} b", type=Secret.Type.GH_SECRET)])


def test_one_machine_runs_all_jobs(document):
    labels = ["self-hosted", "large"]
    other = Job(name="test", command="make test")
    assert document(JOB.set_runs_on(labels), other)["jobs"]["praktika"]["runs-on"] == labels
    assert document(other)["jobs"]["praktika"]["runs-on"] == ["ubuntu-latest"]
    with pytest.raises(
        AuthorError, match=r"different labels \('build': ubuntu-latest; 'test': arm"
    ):
        document(JOB, other.set_runs_on("arm"))


def test_github_waits_longer_than_praktika(document):
    assert document(timeout=90)["jobs"]["praktika"]["timeout-minutes"] == 11


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"event": "push"}, None),
        ({"event": "push", "concurrency": "deploy"}, ("deploy", True)),
        (
            {"event": "push", "concurrency": "a ${{ b", "concurrency_policy": "queue"},
            ("a ${{ '${{' }} b", False),
        ),
        (
            {"event": "pull_request"},
            ("praktika-${{ github.workflow }}-${{ github.event.pull_request.number }}", True),
        ),
    ],
)
def test_groups_are_githubs_groups(document, fields, expected):
    group = document(**fields).get("concurrency")
    assert group == (
        {"group": expected[0], "cancel-in-progress": expected[1]} if expected else None
    )


def test_submodules_are_checked_out_if_a_job_needs_them(document):
    assert "submodules" not in steps(document())["checkout"]["with"]
    needy = JOB.copy()
    needy.needs_submodules = True
    assert steps(document(needy))["checkout"]["with"]["submodules"] == "recursive"


def test_artifacts_that_github_keeps_are_uploaded(document):
    build = JOB.set_provides("a")
    own = document(build, artifacts=[Artifact(name="a", path="x")])
    githubs = document(build, artifacts=[Artifact(name="a", path="x", type=Artifact.Type.GH)])
    assert "artifacts" not in steps(own)["Keep the report"]["with"]["path"]
    assert (
        ".praktika/runs/*/jobs/*/*/artifacts/" in steps(githubs)["Keep the report"]["with"]["path"]
    )


def test_the_package_is_this_version_or_what_a_setting_says(document):
    assert steps(document())["Install praktika"]["env"] == {
        "PRAKTIKA_PACKAGE": f"praktika=={VERSION}"
    }
    found = document(settings={"PRAKTIKA_PACKAGE": "./tools/praktika"})
    assert steps(found)["Install praktika"]["env"] == {"PRAKTIKA_PACKAGE": "./tools/praktika"}


def test_only_workflows_for_github_actions_have_a_file_unless_all_are_wanted(compiled):
    assert documents(compiled, JOB, engine="praktika") == {}
    assert list(documents(compiled, JOB, engine="praktika", every=True)) == ["ci.yml"]


def test_files_have_names_of_their_own(compiled):
    flows = [
        Workflow(name=name, event="push", engine="GHActions", jobs=[JOB])
        for name in ("A b", "A-b", "ü", "Nightly / all")
    ]
    first, second, third, fourth = files(compiled(*flows))
    assert first.startswith("a-b-")
    assert second.startswith("a-b-")
    assert len({first, second, third}) == 3
    assert fourth == "nightly_all.yml"


def test_a_file_is_what_it_was(compiled):
    """To change it on purpose, write the new text to the golden file."""
    flow = Workflow(
        name="Pull request",
        event="pull_request",
        engine="GHActions",
        base_branches=["main", "release/**"],
        paths=["src"],
        jobs=[JOB, Job(name="test", command="make test", requires=["build"])],
        secrets=[Secret(name="TOKEN", type=Secret.Type.GH_SECRET)],
        timeout=3600,
    )
    (text,) = files(compiled(flow, settings={"PRAKTIKA_PACKAGE": "praktika==1.2.3"})).values()
    assert text == (GOLDEN / "pull_request.yml").read_text()
