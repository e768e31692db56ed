"""The one mutation of the GraphQL API that is served: enablePullRequestAutoMerge."""

from __future__ import annotations

from typing import Any

from tests.github.events import Events
from tests.github.state import Pull, Repository, State, Token


def ask(state: State, events: Events, token: Token, asked: Any) -> dict[str, Any]:
    """The answer, which has errors if GitHub would refuse."""
    if not isinstance(asked, dict) or "enablePullRequestAutoMerge" not in str(asked.get("query")):
        return _error("only enablePullRequestAutoMerge is served", "UNKNOWN")
    given = asked.get("variables", {})
    given = given.get("input", given)
    number = str(given.get("pullRequestId") or given.get("id") or "")
    for repository in state.repositories.values():
        for pull in repository.pulls.values():
            if f"PR_{repository.id}_{pull.number}" == number and token.reaches(repository.name):
                return _enable(events, token, repository, pull, given)
    return _error(f"Could not resolve to a node with the global id of '{number}'", "NOT_FOUND")


def _enable(
    events: Events, token: Token, repository: Repository, pull: Pull, given: dict[str, Any]
) -> dict[str, Any]:
    if {token.permissions.get(name) for name in ("contents", "pull_requests")} != {"write"}:
        return _error("Resource not accessible by integration", "FORBIDDEN")
    if not repository.allows_auto_merge:
        return _error("Pull request Auto merge is not allowed for this repository", "UNPROCESSABLE")
    if given.get("expectedHeadOid", pull.sha) != pull.sha:
        return _error("Head sha didn't match expected head sha", "UNPROCESSABLE")
    state = events.merging(repository, pull)["mergeable_state"]
    if state != "blocked":
        return _error(f"Pull request Pull request is in {state} status", "UNPROCESSABLE")
    pull.auto_merge = events.login
    told = {"number": pull.number, "autoMergeRequest": {"enabledAt": events.state.clock.text()}}
    return {"data": {"enablePullRequestAutoMerge": {"clientMutationId": None, "pullRequest": told}}}


def _error(message: str, kind: str) -> dict[str, Any]:
    path = ["enablePullRequestAutoMerge"]
    return {
        "data": {"enablePullRequestAutoMerge": None},
        "errors": [{"type": kind, "path": path, "message": message}],
    }
