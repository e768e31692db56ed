"""Checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.github.rest.routing import REPO, Answer, Call, Refused, route

ACTIONS = 3
LENGTHS = {"label": 20, "description": 40, "identifier": 20}
OUTPUT = {"title", "summary", "text", "annotations", "images"}


@route("post", f"{REPO}/check-runs", "checks:write")
def create(call: Call) -> Answer:
    sha = call.state.git.resolve(call.name, call.body["head_sha"])
    if sha != call.body["head_sha"]:
        raise Refused(422, f"No commit found for SHA: {call.body['head_sha']}")
    check = call.events.new_check(call.repository, call.body["name"], sha, call.state.app.id)
    _change(call, check)
    call.events.check(call.repository, check, "created")
    return Answer(call.views.check(call.repository, check), 201)


@route("patch", f"{REPO}/check-runs/{{check_run_id}}", "checks:write")
def update(call: Call) -> Answer:
    check = _check(call)
    if check["app"] != call.state.app.id:
        raise Refused(
            403,
            "Invalid app_id `{}` - check run can only be modified by the GitHub App that created it.",
        )
    _change(call, check)
    return Answer(call.views.check(call.repository, check))


@route("get", f"{REPO}/check-runs/{{check_run_id}}", "checks:read")
def check(call: Call) -> Answer:
    return Answer(call.views.check(call.repository, _check(call)))


@route("get", f"{REPO}/check-runs/{{check_run_id}}/annotations", "checks:read")
def annotations(call: Call) -> Answer:
    return call.page(call.repository.annotations.get(_check(call)["id"], []), dict)


@route("get", f"{REPO}/commits/{{ref}}/check-runs", "checks:read")
def of_commit(call: Call) -> Answer:
    sha = call.commit(call.given["ref"])
    found = [each for each in call.repository.checks.values() if each["head_sha"] == sha]
    found = [each for each in found if _is_wanted(call, each)]
    if call.query.get("filter", "latest") == "latest":
        found = list({(each["app"], each["name"]): each for each in found}.values())
    found.sort(key=lambda each: -each["id"])
    chosen, headers = call.part(found)
    written = [call.views.check(call.repository, each) for each in chosen]
    return Answer({"total_count": len(found), "check_runs": written}, headers=headers)


def wrong_check(body: Any) -> Iterator[str]:
    """What GitHub refuses beyond what its description says."""
    if ("conclusion" in body) != (body.get("status") == "completed"):
        yield "a conclusion belongs to the status completed, and the other way round"
    if "completed_at" in body and "conclusion" not in body:
        yield "completed_at without a conclusion"
    if len(body.get("actions", ())) > ACTIONS:
        yield f"more than {ACTIONS} actions"
    for action in body.get("actions", ()):
        for name, most in LENGTHS.items():
            if len(action[name]) > most:
                yield f"{name} of an action has more than {most} characters"
    output = body.get("output", {})
    for each in output.get("annotations", ()):
        if "start_column" in each and each["start_line"] != each["end_line"]:
            yield "columns are of annotations of one line"
        if each["end_line"] < each["start_line"]:
            yield "an annotation ends before it starts"
    yield from (f"output.{name}: unknown" for name in output.keys() - OUTPUT)
    if output and not (output.get("title") and output.get("summary")):
        yield "an output has a title and a summary"


def _is_wanted(call: Call, check: dict[str, Any]) -> bool:
    return (
        call.query.get("check_name", check["name"]) == check["name"]
        and call.query.get("status", check["status"]) == check["status"]
        and call.query.get("app_id", str(check["app"])) == str(check["app"])
    )


def _check(call: Call) -> dict[str, Any]:
    found = call.repository.checks.get(int(call.given["check_run_id"]))
    if found is None:
        raise Refused(404, "Not Found")
    return found


def _change(call: Call, check: dict[str, Any]) -> None:
    asked, now = call.body, call.state.clock.text()
    was = check["status"]
    kept = (
        "name",
        "external_id",
        "details_url",
        "status",
        "conclusion",
        "started_at",
        "completed_at",
    )
    check |= {key: asked[key] for key in (*kept, "actions") if key in asked}
    if check["status"] == "completed":
        check["completed_at"] = check["completed_at"] or now
    elif was == "completed":
        check |= {"conclusion": None, "completed_at": None}
    if check["status"] == "in_progress":
        check["started_at"] = check["started_at"] or now
    output = dict(asked.get("output", {}))
    added = output.pop("annotations", [])
    output.pop("images", None)
    if output:
        check["output"] = output
    kept_ones = call.repository.annotations.setdefault(check["id"], [])
    kept_ones += [_annotation(call, check["head_sha"], each) for each in added]
    if check["status"] == "completed":
        call.events.check(call.repository, check, "completed")
        call.events.try_merges(call.repository, check["head_sha"])


def _annotation(call: Call, sha: str, asked: dict[str, Any]) -> dict[str, Any]:
    blob = f"{call.views.site}/{call.name}/blob/{sha}/{asked['path']}"
    nothing = {"start_column": None, "end_column": None, "title": None, "raw_details": None}
    return nothing | asked | {"blob_href": blob}
