"""Comments of a pull request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from praktika.sdk.github.cli import PullRequest, attempted, gh, pages, pull_request
from praktika.sdk.github.sections import has_section, section, with_sections
from praktika.sdk.shell.output import say


def post_updateable_comment(
    comment_tags_and_bodies: Mapping[str, str],
    pr: int | None = None,
    repo: str | None = None,
    *,
    only_update: bool = False,
    verbose: bool = True,
) -> bool:
    """Whether the sections of these tags now say this, in the comment that has them.

    Args:
        comment_tags_and_bodies: text by tag.
        pr: number of the pull request.
        repo: `owner/name`.
        only_update: do not write a new comment if there is none.
        verbose: print what is done.
    """

    def post() -> None:
        place = pull_request(pr, repo)
        old = _find(place, comment_tags_and_bodies)
        if old is None and only_update:
            return
        body = with_sections(old["body"] if old else "", comment_tags_and_bodies)
        if verbose:
            say(f"{'Update' if old else 'Write'} a comment of {place.path}")
        _write(place.repo, old["id"] if old else None, place.number, body)

    return attempted(post)


def post_fresh_comment(tag: str, body: str, pr: int | None = None, repo: str | None = None) -> bool:
    """Whether there is a new comment with this section, and none older with its tag."""

    def post() -> None:
        place = pull_request(pr, repo)
        old = [each for each in _comments(place) if has_section(each["body"], tag)]
        _write(place.repo, None, place.number, section(tag, body))
        for each in old:
            gh("api", "-X", "DELETE", f"repos/{place.repo}/issues/comments/{each['id']}")

    return attempted(post)


def post_pr_comment(comment_body: str, pr: int | None = None, repo: str | None = None) -> bool:
    """Whether a comment could be written."""

    def post() -> None:
        place = pull_request(pr, repo)
        _write(place.repo, None, place.number, comment_body)

    return attempted(post)


def _find(place: PullRequest, tags: Mapping[str, str]) -> dict[str, Any] | None:
    found = [each for each in _comments(place) if any(has_section(each["body"], t) for t in tags)]
    return found[-1] if found else None


def _comments(place: PullRequest) -> list[dict[str, Any]]:
    path = f"repos/{place.repo}/issues/{place.number}/comments?per_page=100"
    return pages(path, '{id, body: (.body // "")}')


def _write(repo: str, comment: int | None, number: int, body: str) -> None:
    if comment is None:
        path, method = f"repos/{repo}/issues/{number}/comments", "POST"
    else:
        path, method = f"repos/{repo}/issues/comments/{comment}", "PATCH"
    # A comment that was written although the answer was lost must not be written twice.
    gh("api", "-X", method, path, body={"body": body}, retry=comment is not None)
