"""What GitHub's own examples of payloads tell, and what they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.intake.deliveries import APP, SHA, example, examples, read

from praktika.adapters.github.payloads import notices
from praktika.model.notices import (
    ButtonPressed,
    Commented,
    Dispatched,
    Installed,
    PullChanged,
    Pushed,
    Queued,
    decode_notice,
)
from praktika.model.wire import WireError, encode

# All other events and actions of the examples tell nothing.
EXPECTED = {
    ("pull_request", "opened"): "PullChanged",
    ("pull_request", "reopened"): "PullChanged",
    ("pull_request", "synchronize"): "PullChanged",
    ("pull_request", "ready_for_review"): "PullChanged",
    ("pull_request", "closed"): "PullChanged",
    ("check_suite", "rerequested"): "ButtonPressed",
    ("merge_group", "checks_requested"): "Queued",
    ("installation", "created"): "Installed",
    ("installation", "deleted"): "Installed",
    ("installation", "suspend"): "Installed",
    ("installation", "unsuspend"): "Installed",
    ("installation", "new_permissions_accepted"): "Installed",
    ("installation_repositories", "added"): "Installed",
    ("installation_repositories", "removed"): "Installed",
}
REPOSITORY = "Codertocat/Hello-World"
COMMON: dict[str, Any] = {"delivery": "d-1", "sender": "Codertocat", "at": 5.0}
HERE = {**COMMON, "repository": REPOSITORY}
OURS: dict[str, Any] = {**COMMON, "sender": "octocat", "repository": "github/hello-world"}
ZEROS = "0" * 40


@pytest.mark.parametrize("event", sorted(examples()))
def test_every_example_tells_what_is_expected(event: str) -> None:
    for payload in examples()[event]:
        told = read(event, payload)
        expected = EXPECTED.get((event, payload.get("action", "")), "")
        if event == "push" and payload["ref"].startswith("refs/heads/"):
            expected = "Pushed"
        assert [type(one).__name__ for one in told] == ([expected] if expected else [])
        assert [decode_notice(encode(one)) for one in told] == told


def test_a_pull_request() -> None:
    told = read("pull_request", example("pull_request", "synchronize"))
    assert told == [PullChanged(**HERE, number=2, action="synchronize", sha=SHA)]


def test_an_edited_pull_request_is_told_of_when_its_base_changed() -> None:
    payload = {**example("pull_request", "opened"), "action": "edited"}
    texts = {"title": {"from": "old"}, "body": {"from": None}}
    base = {"base": {"ref": {"from": "main"}, "sha": {"from": SHA}}}

    assert read("pull_request", {**payload, "changes": texts}) == []
    assert read("pull_request", payload) == []
    assert read("pull_request", {**payload, "changes": base}) == [
        PullChanged(**HERE, number=2, action="edited", sha=SHA)
    ]


@pytest.mark.parametrize("action", ["labeled", "unlabeled", "converted_to_draft", "dequeued"])
def test_what_decides_nothing_is_not_told(action: str) -> None:
    assert read("pull_request", {**example("pull_request", "opened"), "action": action}) == []


def test_a_push_tells_of_a_branch_that_began_moved_or_went() -> None:
    payload = example("push")
    moved = {**payload, "ref": "refs/heads/a/b", "before": "a" * 40, "after": SHA}
    began = {**moved, "before": ZEROS, "created": True}
    gone = {**moved, "after": ZEROS, "deleted": True}

    assert read("push", moved) == [Pushed(**HERE, branch="a/b", sha=SHA, before="a" * 40)]
    assert read("push", began) == [Pushed(**HERE, branch="a/b", sha=SHA)]
    assert read("push", gone) == [Pushed(**HERE, branch="a/b", before="a" * 40)]


@pytest.mark.parametrize(
    "ref",
    [
        "refs/tags/v1",
        "refs/tags/refs/heads/x",
        "refs/notes/commits",
        "refs/heads/gh-readonly-queue/main/pr-7-abc",
    ],
)
def test_a_push_of_anything_else_tells_nothing(ref: str) -> None:
    assert read("push", {**example("push"), "ref": ref}) == []


def app_of(number: int | None) -> dict[str, int] | None:
    return None if number is None else {"id": number}


def check(action: str, app: int | None = 2, **fields: Any) -> dict[str, Any]:
    """A check that somebody pressed something on."""
    payload = example("check_run", "rerequested")
    mark = {"id": 4, "head_sha": SHA, "external_id": "run-1/job-2", "app": app_of(app)}
    return {**payload, "action": action, "check_run": {**payload["check_run"], **mark}, **fields}


def test_a_check_is_run_again() -> None:
    told = read("check_run", check("rerequested"), app=2)
    named = {**OURS, "delivery": "rerun on check 4"}
    button = ButtonPressed(**named, button="rerun", sha=SHA, external_id="run-1/job-2")
    assert told == [button]


def test_a_button_of_ours_is_pressed() -> None:
    pressed = {"requested_action": {"identifier": "approve"}}
    told = read("check_run", check("requested_action", **pressed), app=2)

    named = {**OURS, "delivery": "approve on check 4"}
    button = ButtonPressed(**named, button="approve", sha=SHA, external_id="run-1/job-2")
    assert told == [button]


@pytest.mark.parametrize(("theirs", "ours"), [(3, 2), (None, 2), (2, 0), (0, 0), (None, 0)])
def test_what_is_pressed_on_another_apps_check_does_not_concern_us(
    theirs: int | None, ours: int
) -> None:
    suite = example("check_suite", "rerequested")
    suite["check_suite"]["app"] = app_of(theirs)
    pressed = {"requested_action": {"identifier": "approve"}}

    assert read("check_run", check("rerequested", theirs), app=ours) == []
    assert read("check_run", check("requested_action", theirs, **pressed), app=ours) == []
    assert read("check_suite", suite, app=ours) == []


def test_a_check_without_an_external_id_is_not_taken_for_all_checks_of_the_commit() -> None:
    payload = check("rerequested")
    payload["check_run"]["external_id"] = ""
    assert read("check_run", payload, app=2) == []

    payload.update(action="requested_action", requested_action={"identifier": "approve"})
    assert read("check_run", payload, app=2) == []


def test_all_checks_of_a_commit_are_run_again() -> None:
    told = read("check_suite", example("check_suite", "rerequested"), app=APP)
    sender = {"sender": "octocoders-linter[bot]"}
    assert told == [ButtonPressed(**{**HERE, **sender}, button="rerun", sha=SHA)]


def dispatch(client_payload: object, action: str = "praktika") -> dict[str, Any]:
    """Somebody dispatches something."""
    payload = example("repository_dispatch", "on-demand-test")
    return {**payload, "action": action, "client_payload": client_payload}


def test_a_workflow_is_dispatched_with_the_event_type_praktika() -> None:
    inputs = {"dry": True, "count": 3, "share": 0.5, "name": "x"}
    wish = {"workflow": "nightly", "branch": "main", "inputs": inputs, "more": 1}
    (told,) = read("repository_dispatch", dispatch(wish))

    assert isinstance(told, Dispatched)
    assert (told.workflow, told.branch, told.inputs) == ("nightly", "main", inputs)
    assert read("repository_dispatch", dispatch({"workflow": "w"})) != []
    assert read("repository_dispatch", dispatch(wish, "deploy")) == []


@pytest.mark.parametrize(
    "wish",
    [
        None,
        [],
        {},
        {"workflow": ""},
        {"workflow": "w" * 201},
        {"workflow": "w", "branch": "a b"},
        {"workflow": "w", "branch": None},
        {"workflow": "w", "inputs": {"list": []}},
        {"workflow": "w", "inputs": {"none": None}},
        {"workflow": "w", "inputs": {"huge": 10**40}},
        {"workflow": "w", "inputs": {"long": "x" * 65_536}},
        {"workflow": "w", "inputs": {str(number): 1 for number in range(101)}},
    ],
)
def test_a_dispatch_that_makes_no_sense_is_not_readable(wish: object) -> None:
    with pytest.raises(WireError):
        read("repository_dispatch", dispatch(wish))


@pytest.mark.parametrize("action", ["checks_requested", "destroyed"])
def test_a_merge_group(action: str) -> None:
    payload = example("merge_group", "checks_requested")
    (told,) = read("merge_group", {**payload, "action": action, "reason": "merged"})

    assert isinstance(told, Queued)
    assert told.action == action
    assert told.sha == payload["merge_group"]["head_sha"]
    assert told.branch.startswith("gh-readonly-queue/main/pr-104-")
    assert told.base_branch == "main"
    assert told.base_sha == payload["merge_group"]["base_sha"]


def comment(body: str | None, **issue: Any) -> dict[str, Any]:
    """Somebody writes something under a pull request."""
    payload = example("issue_comment", "created")
    payload["comment"]["body"] = body
    payload["issue"].update({"pull_request": {"url": "…"}, **issue})
    return payload


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("/praktika rerun failed", ("rerun", "failed")),
        ("/praktika\trerun  failed \r\nThank you!", ("rerun", "failed")),
        ("/praktika", ()),
        ("/praktika\n\nrerun", ()),
        ("/praktika " + "w " * 8, ("w",) * 8),
        ("/praktika " + "w" * 100, ("w" * 100,)),
    ],
)
def test_a_command_in_a_comment(body: str, words: tuple[str, ...]) -> None:
    told = read("issue_comment", comment(body))
    named = {**HERE, "delivery": "comment 492700400"}
    assert told == [Commented(**named, number=1, words=words)]


def test_security_4_what_is_told_again_under_another_name_is_told_again_all_the_same() -> None:
    """Nobody signs the name of a delivery: buttons and comments are known by what is signed."""
    pressed = {"requested_action": {"identifier": "cancel"}}
    for event, payload in (
        ("check_run", check("rerequested")),
        ("check_run", check("requested_action", **pressed)),
        ("issue_comment", comment("/praktika cancel")),
    ):
        body = json.dumps(payload).encode()
        told = {each.delivery for name in "ab" for each in notices(event, name, body, 5.0, app=2)}
        assert len(told) == 1
        assert not told & {"a", "b"}


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "Hello",
        " /praktika rerun",
        "> /praktika rerun",
        "Hello\n/praktika rerun",
        "/praktikas rerun",
        "/praktika-rerun",
        "/Praktika rerun",
        "/praktika " + "w " * 9,
        "/praktika " + "w" * 101,
    ],
)
def test_talk_is_no_command(body: str | None) -> None:
    assert read("issue_comment", comment(body)) == []


def test_a_command_counts_under_pull_requests_only_and_when_it_is_made() -> None:
    assert read("issue_comment", comment("/praktika rerun", pull_request=None)) == []
    for action in ("edited", "deleted"):
        assert read("issue_comment", {**comment("/praktika rerun"), "action": action}) == []


def test_an_installation_is_of_an_account() -> None:
    told = read("installation", example("installation", "created"))
    assert told == [Installed(**COMMON, action="created", account="Codertocat")]


def test_security_6_text_that_people_wrote_is_not_copied() -> None:
    """Titles, bodies, messages, labels: the forge is asked for them when they are needed."""
    mark = "<script>$(reboot)'; DROP"

    def poison(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poison(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [poison(one) for one in value]
        texts = {"title", "body", "message", "description", "name", "label", "summary", "text"}
        return mark if key in texts else value

    for event, payloads in examples().items():
        for payload in payloads:
            assert mark.encode() not in encode(read(event, poison(payload)))


def test_what_is_needed_must_be_as_it_should_be() -> None:
    for changed in (
        {"repository": None},
        {"repository": {"full_name": "../etc"}},
        {"repository": {"full_name": "etc/.."}},
        {"repository": {"full_name": "a/b\n"}},
        {"sender": {"login": "a b"}},
        {"pull_request": {"number": 0, "head": {"sha": SHA}}},
        {"pull_request": {"number": "2", "head": {"sha": SHA}}},
        {"pull_request": {"number": 2, "head": {"sha": "main"}}},
        {"pull_request": {"number": 2, "head": {"sha": SHA + "\n"}}},
        {"action": None},
    ):
        with pytest.raises(WireError):
            read("pull_request", {**example("pull_request", "opened"), **changed})


@pytest.mark.parametrize(
    "ref", ["refs/heads/", "refs/heads/a b", "refs/heads/a\n", "main", "refs/heads/" + "b" * 251]
)
def test_what_cannot_be_a_branch_is_refused(ref: str) -> None:
    with pytest.raises(WireError):
        read("push", {**example("push"), "ref": ref})


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b"null", b'{"action": 3}', b"\xff"])
def test_what_is_no_payload_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        notices("pull_request", "d-1", body, 0.0)
    assert notices("star", "d-1", body, 0.0) == []


def test_a_sender_may_be_missing() -> None:
    payload = example("pull_request", "opened")
    del payload["sender"]
    (told,) = notices("pull_request", "d-1", json.dumps(payload).encode(), 0.0)
    assert told.sender == ""
