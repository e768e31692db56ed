"""Repositories, their branches, commits and collaborators."""

from __future__ import annotations

from typing import Any

from tests.github.description import PERMISSION
from tests.github.rest.routing import REPO, Answer, Call, Refused, route

FILES = 300  # GitHub names no more in a comparison
COMMITS = 250
OLD_WORDS = {"maintain": "write", "triage": "read"}


@route("get", REPO, "metadata:read")
def repository(call: Call) -> Answer:
    return Answer(call.views.repository(call.repository))


@route("get", f"{REPO}/branches", "contents:read")
def branches(call: Call) -> Answer:
    def written(tip: tuple[str, str]) -> dict[str, Any]:
        url = f"{call.views.api}/repos/{call.name}/commits/{tip[1]}"
        protected = bool(call.repository.required) and tip[0] == call.repository.main
        return {"name": tip[0], "commit": {"sha": tip[1], "url": url}, "protected": protected}

    return call.page(sorted(call.state.git.branches(call.name).items()), written)


@route("get", f"{REPO}/branches/{{branch}}", "contents:read")
def branch(call: Call) -> Answer:
    name = call.given["branch"]
    sha = call.state.git.branches(call.name).get(name)
    if sha is None:
        raise Refused(404, "Branch not found")
    return Answer(call.views.branch(call.repository, name, sha))


@route("get", f"{REPO}/git/ref/{{ref}}", "contents:read")
def ref(call: Call) -> Answer:
    name = f"refs/{call.given['ref']}"
    sha = call.state.git.refs(call.name).get(name)
    if sha is None:
        raise Refused(404, "Not Found")
    url = f"{call.views.api}/repos/{call.name}/git"
    pointed = {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"}
    return Answer({"ref": name, "node_id": f"REF_{sha}", "url": f"{url}/{name}", "object": pointed})


@route("get", f"{REPO}/commits/{{ref}}", "contents:read")
def commit(call: Call) -> Answer:
    sha = call.commit(call.given["ref"])
    if "sha" in call.accept:
        return Answer(sha)
    return Answer(call.views.commit(call.repository, sha))


@route("get", f"{REPO}/compare/{{basehead}}", "contents:read")
def compare(call: Call) -> Answer:
    before, _, after = call.given["basehead"].partition("...")
    base, head = _end(call, before), _end(call, after)
    git, known = call.state.git, call.repository
    common = git.common(call.name, base, head)
    if not common:
        raise Refused(404, f"No common ancestor between {before} and {after}.")
    ahead, behind = git.between(call.name, base, head), git.between(call.name, head, base)
    files = git.changed(call.name, common, head)[:FILES]
    chosen, headers = call.part(ahead)
    url = f"{call.views.site}/{call.name}/compare/{before}...{after}"
    told = {
        "url": f"{call.views.api}/repos/{call.name}/compare/{before}...{after}",
        "html_url": url,
        "permalink_url": url,
        "diff_url": f"{url}.diff",
        "patch_url": f"{url}.patch",
        "base_commit": call.views.commit(known, base),
        "merge_base_commit": call.views.commit(known, common),
        "status": _status(len(ahead), len(behind)),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [call.views.commit(known, sha) for sha in chosen[:COMMITS]],
        "files": [],
    }
    if call.query.get("page", "1") == "1":
        told["files"] = [call.views.file(known, head, file) for file in files]
    return Answer(told, headers=headers)


@route("get", PERMISSION, "metadata:read")
def permission(call: Call) -> Answer:
    login = call.given["username"]
    if login not in call.state.users:
        raise Refused(404, "Not Found")
    role = call.state.role(call.repository, login)
    user = call.views.user(login)
    return Answer({"permission": OLD_WORDS.get(role, role), "role_name": role, "user": user})


def _end(call: Call, text: str) -> str:
    """The commit of `branch`, `owner:branch` or an id."""
    owner, colon, branch = text.rpartition(":")
    name = call.name
    if colon and owner != call.repository.owner:
        forks = call.state.repositories.values()
        family = {call.name, call.repository.parent}
        names = [each.name for each in forks if each.owner == owner and each.parent in family]
        name = names[0] if names else ""
    sha = call.state.git.resolve(name, branch) if name else ""
    if not sha:
        raise Refused(404, "Not Found")
    return sha


def _status(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"
