"""Pull requests and issues."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from praktika.sdk.github.cli import attempted, gh, pages, pull_request
from praktika.sdk.job.environment import Environment
from praktika.sdk.job.local import git
from praktika.sdk.services.errors import ServiceFailed
from praktika.sdk.shell.output import complain

_THREADS = """
query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewThreads(first: 100, after: $endCursor) {
      nodes { id isResolved path line comments(first: 100) { nodes { author { login } body url } } }
      pageInfo { hasNextPage endCursor } } } } }
"""


def get_changed_files(*, strict: bool = False) -> list[str] | None:
    """Paths that the change touches, with old names of renamed files; None if unknown.

    For a pull request GitHub tells; for anything else git does, against the main branch.

    Raises:
        ServiceFailed: it is unknown, and `strict`.
    """
    env = Environment.get()
    try:
        if env.PR_NUMBER <= 0:
            return _changed_by_git(env.BASE_BRANCH)
        path = f"repos/{env.REPOSITORY}/pulls/{env.PR_NUMBER}/files?per_page=100"
        found = pages(path, "[.filename, .previous_filename]")
        return sorted({name for names in found for name in names if name})
    except ServiceFailed as error:
        if strict:
            raise
        complain(f"the changed files are unknown: {error}")
        return None


def get_pr_title_body_labels(
    pr: int | None = None, repo: str | None = None
) -> tuple[str, str, list[str]]:
    """Title, description and labels of a pull request."""
    facts = _facts(pr, repo)
    return facts["title"], facts["body"] or "", [label["name"] for label in facts["labels"]]


def get_pr_labels(pr: int | None = None, repo: str | None = None) -> list[str]:
    """Labels of a pull request."""
    return get_pr_title_body_labels(pr, repo)[2]


def get_pr_contributors(pr: int | None = None, repo: str | None = None) -> list[str]:
    """Logins of the authors of the commits, names where there is no login; each once."""
    place = pull_request(pr, repo)
    commits = pages(f"{place.path}/commits?per_page=100", "[.author.login, .commit.author.name]")
    return list(dict.fromkeys(login or name for login, name in commits))


def get_pr_label_assigner(label: str, pr: int | None = None, repo: str | None = None) -> str:
    """Login of who set a label last, or ""."""
    place = pull_request(pr, repo)
    path = f"repos/{place.repo}/issues/{place.number}/events?per_page=100"
    events = pages(path, "[.event, .label.name, .actor.login]")
    actors = [actor for event, name, actor in events if event == "labeled" and name == label]
    return actors[-1] if actors else ""


def get_pr_diff(pr: int | None = None, repo: str | None = None) -> str:
    """The change as a patch."""
    accept = "Accept: application/vnd.github.v3.diff"
    return gh("api", "-H", accept, pull_request(pr, repo).path)


def pr_has_conflicts(pr: int | None = None, repo: str | None = None) -> bool:
    """Whether a pull request cannot be merged because of conflicts."""
    return bool(_facts(pr, repo)["mergeable_state"] == "dirty")


def update_pr_body(body_file: str | Path, pr: int | None = None, repo: str | None = None) -> bool:
    """Whether the description could be replaced by the content of a file."""
    body = Path(body_file).read_text(encoding="utf-8")
    return attempted(
        lambda: gh("api", "-X", "PATCH", pull_request(pr, repo).path, body={"body": body})
    )


def merge_pr(pr: int | None = None, repo: str | None = None, *, squash: bool = False) -> bool:
    """Whether a pull request could be merged, at the commit of this run if it is of this run."""

    def merge() -> None:
        place = pull_request(pr, repo)
        env = Environment.get()
        body = {"merge_method": "squash" if squash else "merge"}
        if place.number == env.PR_NUMBER and place.repo == env.REPOSITORY and env.SHA:
            body["sha"] = env.SHA
        gh("api", "-X", "PUT", f"{place.path}/merge", body=body)

    return attempted(merge)


def create_issue(title: str, body: str, labels: Sequence[str] = (), repo: str | None = None) -> str:
    """Address of a new issue."""
    path = f"repos/{repo or Environment.get().REPOSITORY}/issues"
    content = {"title": title, "body": body, "labels": list(labels)}
    answer = gh("api", "-X", "POST", path, body=content, retry=False)
    return str(json.loads(answer)["html_url"])


def list_pr_review_threads(pr: int | None = None, repo: str | None = None) -> list[dict[str, Any]]:
    """Review threads: `{id, isResolved, path, line, comments: {nodes: [{author, body, url}]}}`."""
    place = pull_request(pr, repo)
    owner, _, name = place.repo.partition("/")
    variables = ("-f", f"owner={owner}", "-f", f"name={name}", "-F", f"number={place.number}")
    query = ("api", "graphql", "--paginate", "-f", f"query={_THREADS}", *variables)
    nodes = ".data.repository.pullRequest.reviewThreads.nodes[] | tojson"
    return [json.loads(line) for line in gh(*query, "--jq", nodes).splitlines() if line.strip()]


def _facts(pr: int | None, repo: str | None) -> Any:
    return json.loads(gh("api", pull_request(pr, repo).path))


def _changed_by_git(base: str) -> list[str]:
    for start in (f"origin/{base}", base):
        fork = git("merge-base", start, "HEAD")
        if fork:
            names = git("diff", "--name-only", "--no-renames", "-z", fork).split("\0")
            return [name for name in names if name]
    raise ServiceFailed(f"git knows no common commit with '{base}'")
