"""Statuses of commits, comments and labels of pull requests."""

from __future__ import annotations

from typing import Any

from tests.github.rest.routing import REPO, Answer, Call, Refused, route

DESCRIPTION = 140
COMMENT = 65_536
STATUSES = 1_000  # of one commit and context
_COMMENTS = f"{REPO}/issues/{{issue_number}}/comments"
_COMMENT = f"{REPO}/issues/comments/{{comment_id}}"


@route("post", f"{REPO}/statuses/{{sha}}", "statuses:write")
def set_status(call: Call) -> Answer:
    if len(call.body.get("description") or "") > DESCRIPTION:
        raise Refused(422, f"description is too long (maximum is {DESCRIPTION} characters)")
    now = call.state.clock.text()
    alike = [
        each
        for each in call.repository.statuses
        if (each["sha"], each["context"])
        == (call.given["sha"], call.body.get("context", "default"))
    ]
    if len(alike) >= STATUSES:
        raise Refused(422, "This SHA and context has reached the maximum number of statuses.")
    unset: dict[str, Any] = {"description": None, "target_url": None, "context": "default"}
    status = (
        unset
        | call.body
        | {
            "id": next(call.state.ids),
            "sha": call.commit(call.given["sha"]),
            "by": call.login,
            "created_at": now,
            "updated_at": now,
        }
    )
    call.repository.statuses.append(status)
    call.events.try_merges(call.repository, status["sha"])
    return Answer(call.views.status(call.repository, status), 201)


@route("get", f"{REPO}/commits/{{ref}}/statuses", "statuses:read")
def statuses(call: Call) -> Answer:
    found = _statuses(call, call.commit(call.given["ref"]))
    return call.page(found, lambda status: call.views.status(call.repository, status))


@route("get", f"{REPO}/commits/{{ref}}/status", "statuses:read")
def combined(call: Call) -> Answer:
    sha = call.commit(call.given["ref"])
    latest = {each["context"]: each for each in reversed(_statuses(call, sha))}
    states = {each["state"] for each in latest.values()}
    chosen, headers = call.part(list(latest.values()))
    state = (
        "failure"
        if states & {"error", "failure"}
        else "success"
        if states == {"success"}
        else "pending"
    )
    url = f"{call.views.api}/repos/{call.name}/commits/{sha}"
    told = {
        "state": state,
        "sha": sha,
        "total_count": len(latest),
        "statuses": [_simple(call.views.status(call.repository, each)) for each in chosen],
        "repository": call.views.short_repository(call.repository),
        "commit_url": url,
        "url": f"{url}/status",
    }
    return Answer(told, headers=headers)


@route("get", _COMMENTS, "issues:read|pull_requests:read")
def comments(call: Call) -> Answer:
    number = _issue(call)
    found = [each for each in call.repository.comments.values() if each["issue"] == number]
    return call.page(found, lambda each: call.views.comment(call.repository, each))


@route("post", _COMMENTS, "issues:write|pull_requests:write")
def add_comment(call: Call) -> Answer:
    comment = call.events.new_comment(call.repository, _issue(call), _text(call), call.login)
    return Answer(call.views.comment(call.repository, comment), 201)


@route("get", _COMMENT, "issues:read|pull_requests:read")
def comment(call: Call) -> Answer:
    return Answer(call.views.comment(call.repository, _comment(call)))


@route("patch", _COMMENT, "issues:write|pull_requests:write")
def change_comment(call: Call) -> Answer:
    found = _comment(call)
    before = found["body"]
    found |= {"body": _text(call), "updated_at": call.state.clock.text()}
    call.events.comment(call.repository, found, "edited", before)
    return Answer(call.views.comment(call.repository, found))


@route("delete", _COMMENT, "issues:write|pull_requests:write")
def remove_comment(call: Call) -> Answer:
    found = _comment(call)
    del call.repository.comments[found["id"]]
    call.events.comment(call.repository, found, "deleted")
    return Answer(status=204)


@route("get", f"{REPO}/issues/{{issue_number}}/labels", "issues:read|pull_requests:read")
def labels(call: Call) -> Answer:
    names = call.repository.pulls[_issue(call)].labels
    return call.page(names, lambda name: call.views.label(call.repository, name))


def _statuses(call: Call, sha: str) -> list[dict[str, Any]]:
    """Of a commit, latest first."""
    return [each for each in reversed(call.repository.statuses) if each["sha"] == sha]


def _simple(status: dict[str, Any]) -> dict[str, Any]:
    status.pop("creator")
    return status


def _issue(call: Call) -> int:
    number = int(call.given["issue_number"])
    if number not in call.repository.pulls:
        raise Refused(404, "Not Found")
    return number


def _comment(call: Call) -> dict[str, Any]:
    found = call.repository.comments.get(int(call.given["comment_id"]))
    if found is None:
        raise Refused(404, "Not Found")
    return found


def _text(call: Call) -> str:
    text: str = call.body["body"]
    if not text:
        raise Refused(422, "Body cannot be blank")
    if len(text) > COMMENT:
        raise Refused(422, f"Body is too long (maximum is {COMMENT} characters)")
    return text
