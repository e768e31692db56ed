"""Pull requests: looking at them, merging them."""

from __future__ import annotations

from tests.github.rest.routing import REPO, Answer, Call, Refused, route
from tests.github.state import Pull

FILES = 3000


@route("get", f"{REPO}/pulls", "pull_requests:read")
def pulls(call: Call) -> Answer:
    wanted = call.query.get("state", "open")
    order = call.query.get("sort", "created")
    upwards = call.query.get("direction", "desc" if order == "created" else "asc") == "asc"
    found = [
        pull
        for pull in call.repository.pulls.values()
        if wanted in {"all", pull.state}
        and call.query.get("base", pull.base) == pull.base
        and call.query.get("head", _label(pull)) == _label(pull)
    ]
    found.sort(
        key=lambda pull: (pull.updated if order == "updated" else 0, pull.number),
        reverse=not upwards,
    )
    return call.page(found, lambda pull: call.views.pull(call.repository, pull))


@route("get", f"{REPO}/pulls/{{pull_number}}", "pull_requests:read")
def pull(call: Call) -> Answer:
    found = _pull(call)
    merging = call.events.merging(call.repository, found)
    if call.state.unsure and found.state == "open":
        call.state.unsure -= 1
        merging |= {"mergeable": None, "rebaseable": None, "mergeable_state": "unknown"}
    return Answer(call.views.pull(call.repository, found, merging))


@route("get", f"{REPO}/pulls/{{pull_number}}/files", "pull_requests:read")
def files(call: Call) -> Answer:
    found, git = _pull(call), call.state.git
    common = git.common(call.name, call.commit(f"heads/{found.base}"), found.sha)
    changed = git.changed(call.name, common, found.sha)[:FILES]
    return call.page(changed, lambda file: call.views.file(call.repository, found.sha, file))


@route("put", f"{REPO}/pulls/{{pull_number}}/merge", "contents:write")
def merge(call: Call) -> Answer:
    found, asked = _pull(call), call.body or {}
    if asked.get("sha", found.sha) != found.sha:
        raise Refused(409, "Head branch was modified. Review and try the merge again.")
    state = call.events.merging(call.repository, found)
    if state["mergeable_state"] != "clean":
        raise Refused(405, "Pull Request is not mergeable")
    sha = call.events.merge(call.repository, found, call.login)
    return Answer({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def _pull(call: Call) -> Pull:
    found = call.repository.pulls.get(int(call.given["pull_number"]))
    if found is None:
        raise Refused(404, "Not Found")
    return found


def _label(pull: Pull) -> str:
    return f"{pull.head_repository.split('/')[0]}:{pull.head}"
