"""Commit statuses."""

from __future__ import annotations

from praktika.sdk.github.cli import attempted, gh
from praktika.sdk.job.environment import Environment
from praktika.sdk.result.status import GHStatus, github_status, status_of

_DESCRIPTION_LIMIT = 140
_WORDS = {word for name, word in vars(GHStatus).items() if name.isupper()}


def post_commit_status(
    name: str, status: str, description: str, url: str, sha: str = "", repo: str = ""
) -> bool:
    """Whether a commit status could be set; `status` is a word of a Result or of GitHub."""
    env = Environment.get()
    body = {
        "context": name,
        "state": status if status in _WORDS else github_status(status_of(status)),
        "description": description[:_DESCRIPTION_LIMIT],
        "target_url": url,
    }
    path = f"repos/{repo or env.REPOSITORY}/statuses/{sha or env.SHA}"
    return attempted(lambda: gh("api", "-X", "POST", path, body=body))


def post_foreign_commit_status(
    name: str, status: str, description: str, url: str, repo: str, commit_sha: str
) -> bool:
    """Whether a commit status could be set in another repository."""
    return post_commit_status(name, status, description, url, commit_sha, repo)
