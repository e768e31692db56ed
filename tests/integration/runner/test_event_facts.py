"""What jobs know of the event that started their run (fault 41)."""

from __future__ import annotations

import json

import pytest
from msgspec import structs
from tests.integration.runner.test_attempt import Runner

from praktika.model.facts import Facts
from praktika.model.result import Status

REMOTE = Facts(
    repository="o/r",
    sha="abc",
    branch="main",
    base_branch="main",
    local=False,
    time="2026-01-02T03:04:05Z",
    actor="ann",
    message="Subject\n\nBody",
    author="Ann <ann@example.invalid>",
    change_url="https://example.invalid/o/r/commit/abc",
    commit_url="https://example.invalid/o/r/commit/abc",
    run_url="https://ci.example.invalid/runs/r",
)
PULL = {
    "pr_number": 7,
    "branch": "change",
    "title": "A title",
    "body": "Why\n\nand how",
    "labels": ("bug", "pr-ci"),
    "fork": "eve/r",
    "change_url": "https://example.invalid/o/r/pull/7",
}
EVENTS = {
    "pull_request": PULL,
    "push": {"linked_pr": 6, "changed": ("a", "b")},
    "schedule": {},
    "dispatch": {"inputs": {"version": "1.2", "dry": True, "count": 3}},
    "merge_queue": {"branch": "gh-readonly-queue/main/pr-6-abc", "linked_pr": 6},
}
ASKED = """
import json
from praktika.info import Info

info = Info()
names = [
    "sha", "git_branch", "base_branch", "pr_number", "linked_pr_number", "pr_title", "pr_body",
    "pr_labels", "pr_url", "change_url", "commit_url", "commit_message", "commit_authors",
    "user_name", "repo_name", "repo_owner", "fork_name", "event_time", "updated_at", "run_id",
    "run_url", "is_push_event", "is_dispatch_event", "is_merge_queue_event", "is_local_run",
]
told = {name: getattr(info, name) for name in names}
told["type"] = info.env.EVENT_TYPE
told["changed"] = info.get_changed_files()
told["inputs"] = [info.get_workflow_input_value(name) for name in ("version", "dry", "nope")]
print(json.dumps(told))
"""


@pytest.fixture
def runner(tmp_path) -> Runner:
    return Runner(tmp_path)


def told(runner: Runner, event: str, **more) -> dict:
    runner.facts = structs.replace(REMOTE, event=event, **{**EVENTS.get(event, {}), **more})
    assert runner.run(runner.script(ASKED)).status is Status.OK, runner.log
    return json.loads(runner.log)


@pytest.mark.parametrize("event", EVENTS)
def test_fault_41_every_kind_of_event_is_told_as_it_is(runner, event):
    facts = told(runner, event)
    assert facts["type"] == event
    assert facts["event_time"] == facts["updated_at"] == "2026-01-02T03:04:05Z"
    assert (facts["run_id"], facts["run_url"]) == ("r", "https://ci.example.invalid/runs/r")
    assert facts["commit_url"] == "https://example.invalid/o/r/commit/abc"
    assert facts["commit_message"] == "Subject\n\nBody"
    assert facts["commit_authors"] == ["Ann <ann@example.invalid>"]
    assert (facts["user_name"], facts["repo_owner"]) == ("ann", "o")
    assert facts["is_push_event"] == (event == "push")
    assert facts["is_dispatch_event"] == (event == "dispatch")
    assert facts["is_merge_queue_event"] == (event == "merge_queue")
    assert facts["is_local_run"] is False
    assert facts["fork_name"] == ("eve/r" if event == "pull_request" else "o/r")
    assert facts["linked_pr_number"] == (6 if event in {"push", "merge_queue"} else 0)


def test_a_pull_request(runner):
    facts = told(runner, "pull_request")
    assert (facts["pr_number"], facts["pr_title"], facts["pr_body"]) == (
        7,
        "A title",
        "Why\n\nand how",
    )
    assert facts["pr_labels"] == ["bug", "pr-ci"]
    assert facts["pr_url"] == facts["change_url"] == "https://example.invalid/o/r/pull/7"


def test_a_push_is_no_pull_request(runner):
    facts = told(runner, "push")
    assert (facts["pr_number"], facts["pr_title"], facts["pr_url"]) == (0, "", "")
    assert facts["change_url"] == "https://example.invalid/o/r/commit/abc"
    assert facts["changed"] == ["a", "b"]
    assert told(runner, "push", changed=None)["changed"] is None


def test_the_inputs_of_a_dispatch(runner):
    assert told(runner, "dispatch")["inputs"] == ["1.2", True, None]
    assert told(runner, "push")["inputs"] == [None, None, None]


@pytest.mark.parametrize("place", ["ci/tmp/workflow_inputs.json", "own/in.json"])
def test_the_file_of_inputs_is_where_the_setting_says(runner, place):
    runner.settings = {"WORKFLOW_INPUTS_FILE": place}
    assert told(runner, "dispatch")["inputs"] == ["1.2", True, None]
    runner.run(f"cat {place}")
    assert json.loads(runner.log) == {"version": "1.2", "dry": True, "count": 3}


def test_a_file_that_the_repository_has_there_is_no_input(runner):
    (runner.source / "ci/tmp").mkdir(parents=True)
    (runner.source / "ci/tmp/workflow_inputs.json").write_text('{"version": "of the repository"}')
    assert told(runner, "dispatch", inputs={})["inputs"] == [None, None, None]


def test_a_file_of_inputs_outside_of_the_workspace_is_refused(runner, tmp_path):
    runner.settings = {"WORKFLOW_INPUTS_FILE": f"{tmp_path}/in.json"}
    runner.facts = structs.replace(REMOTE, event="dispatch")
    result = runner.run("echo ran")
    assert result.status is Status.ERROR
    assert "WORKFLOW_INPUTS_FILE" in result.info
    assert not (tmp_path / "in.json").exists()


def test_fault_54_what_people_write_is_data_everywhere(runner):
    """Security 6: titles, branches, labels, messages and inputs are never part of a command."""
    evil = "$(touch owned); `touch owned` '; touch owned #\n\\\"}"
    facts = told(
        runner,
        "pull_request",
        **dict.fromkeys(("branch", "title", "body", "message", "author", "actor", "fork"), evil),
        labels=(evil,),
        inputs={"version": evil},
    )
    assert facts["pr_title"] == facts["git_branch"] == facts["commit_message"] == evil
    assert facts["inputs"][0] == evil
    runner.run("find . .. -name 'own*'", pre_hooks=("true",), post_hooks=("true",))
    assert b"owned" not in runner.log
