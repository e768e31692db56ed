"""Merging a pull request, at once or when all that its branch requires is there."""

from __future__ import annotations

import re

from praktika.adapters.github.answers import PullRequest
from praktika.adapters.github.api import MERGE, Api, Session
from praktika.errors import Conflict, Unavailable

METHODS = ("merge", "squash", "rebase")
"""Tried in this order: a repository may forbid some of them."""

_MERGEABLE = re.compile(r"in (clean|unstable|has_hooks) status")
"""What GitHub says where there is nothing to wait for: it had not found that out before."""

_AUTO = (
    "mutation($input: EnablePullRequestAutoMergeInput!) "
    "{ enablePullRequestAutoMerge(input: $input) { clientMutationId } }"
)


def merge(api: Api, repository: str, number: int, sha: str) -> None:
    """Merge a pull request; see the port."""
    session = api.on(repository, MERGE)
    pull = session.get(f"pulls/{number:d}", PullRequest)
    if pull.head.sha != sha:
        raise Conflict(f"{repository}#{number} has another head than {sha} by now")
    if pull.merged_at is not None:
        return
    if pull.state != "open":
        raise Conflict(f"{repository}#{number} is closed")
    method, refusal = _merge_now(session, number, sha)
    if refusal:
        _merge_later(session, pull, sha, method, refusal)


def _merge_now(session: Session, number: int, sha: str) -> tuple[str, str]:
    """The method that is allowed, and why it is not merged now; "" if it is."""
    method = said = ""
    for method in METHODS:
        answer = session.send(
            "PUT",
            f"pulls/{number:d}/merge",
            {"sha": sha, "merge_method": method},
            accept=(405, 409, 422),
        )
        if answer.status == 200:
            return method, ""
        said = answer.said or "it is not mergeable"
        if answer.status == 409:
            raise Conflict(f"GitHub: {said}")
        if "base branch was modified" in said.lower():
            raise Unavailable(f"GitHub: {said}")
        if "not allowed" not in said.lower():
            return method, said
    return method, said


def _merge_later(session: Session, pull: PullRequest, sha: str, method: str, refusal: str) -> None:
    """Let GitHub merge it when it can be.

    Raises:
        Conflict: it never can be as it is, or the repository does not allow this.
        Unavailable: it can be merged by now.
    """
    wish = {"pullRequestId": pull.node_id, "expectedHeadOid": sha, "mergeMethod": method.upper()}
    try:
        session.graphql(_AUTO, {"input": wish})
    except Conflict as error:
        if _MERGEABLE.search(str(error)):
            raise Unavailable(f"GitHub has not merged #{pull.number} yet: {refusal}") from error
        raise Conflict(f"GitHub does not merge #{pull.number}: {refusal}; {error}") from error
