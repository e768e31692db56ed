"""GitHub as a board: checks, statuses, comments, merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from praktika.adapters.github.answers import CheckRun, CheckRuns
from praktika.adapters.github.api import CHECKS, STATUSES, Api
from praktika.adapters.github.app.tokens import App
from praktika.adapters.github.board import outputs, texts
from praktika.adapters.github.board.comments import Comments
from praktika.adapters.github.board.merging import merge
from praktika.adapters.github.http.site import segment
from praktika.model.forge import Check, CheckStatus, CommitStatus, Conclusion, KnownCheck

_UNFINISHED = {"waiting", "requested", "pending"}
"""Statuses that only GitHub's own checks have."""


class GitHubBoard:
    """A `Board` of the repositories that an app is installed on.

    Args:
        api: asks GitHub.
        app: who we are.
    """

    def __init__(self, api: Api, app: Callable[[], App]) -> None:
        self._api = api
        self._app = app
        self._comments = Comments(api, app)

    def checks(self, repository: str, sha: str) -> list[KnownCheck]:
        """The checks that we have put on a commit, the oldest first; see the port."""
        pages = self._api.on(repository, CHECKS).pages(
            f"commits/{segment(sha)}/check-runs", CheckRuns, filter="all", app_id=self._app().id
        )
        runs = {run.id: run for page in pages for run in page.check_runs}
        return [_known(run) for _, run in sorted(runs.items())]

    def create_check(self, repository: str, check: Check) -> int:
        """Put a check on a commit; see the port."""
        first, *others = outputs.bodies(check)
        session = self._api.on(repository, CHECKS)
        answer = session.send("POST", "check-runs", {**first, "head_sha": check.sha})
        number = answer.read(CheckRun).id
        for body in others:
            session.send("PATCH", f"check-runs/{number}", body)
        return number

    def update_check(self, repository: str, number: int, check: Check) -> None:
        """Let a check be as this one; see the port."""
        session = self._api.on(repository, CHECKS)
        for body in outputs.bodies(check):
            session.send("PATCH", f"check-runs/{number:d}", body)

    def set_status(self, repository: str, sha: str, status: CommitStatus) -> None:
        """Set a status on a commit; see the port."""
        told = {
            "state": status.state,
            "context": texts.line(status.context, 255),
            "description": texts.line(status.description, texts.DESCRIPTION),
        }
        body = {**told, "target_url": status.url} if status.url else told
        self._api.on(repository, STATUSES).send("POST", f"statuses/{segment(sha)}", body)

    def set_comment(self, repository: str, pull: int, marker: str, text: str) -> None:
        """Let our comment with that marker be this text; see the port."""
        self._comments.put(repository, pull, marker, text)

    def merge(self, repository: str, pull: int, sha: str) -> None:
        """Merge a pull request; see the port."""
        merge(self._api, repository, pull, sha)


def _known(run: CheckRun) -> KnownCheck:
    status = "queued" if run.status in _UNFINISHED else run.status
    conclusion = "neutral" if run.conclusion == "stale" else run.conclusion or ""
    return KnownCheck(
        id=run.id,
        name=run.name,
        external_id=run.external_id or "",
        status=cast("CheckStatus", status),
        conclusion=cast("Conclusion", conclusion),
    )
