"""GitHub as a forge."""

from __future__ import annotations

import re
from typing import cast
from urllib.parse import quote

from praktika.adapters.github.answers import Branch, Comparison, PullRequest, Ref, Repo, Role
from praktika.adapters.github.api import READ, Api, Session
from praktika.adapters.github.http.site import segment
from praktika.errors import Absent
from praktika.model.forge import Apart, Permission, Pull, Repository

_LOGIN = re.compile(r"[A-Za-z0-9_-]+(\[bot\])?")
_COARSE = {
    "read": "read",
    "triage": "read",
    "write": "write",
    "maintain": "write",
    "admin": "admin",
}
"""The level that GitHub tells of each of its own roles, beside the name of the role."""


class GitHubForge:
    """A `Forge` of the repositories that an app is installed on.

    Args:
        api: asks GitHub.
    """

    def __init__(self, api: Api) -> None:
        self._api = api

    def repository(self, name: str) -> Repository:
        """A repository; see the port."""
        found = self._on(name).get("", Repo)
        return Repository(
            name=found.full_name,
            id=found.id,
            main=found.default_branch,
            url=found.clone_url,
            page=found.html_url,
        )

    def pull(self, repository: str, number: int) -> Pull:
        """A pull request; see the port."""
        return _pull(repository, self._on(repository).get(f"pulls/{number:d}", PullRequest))

    def open_pulls(self, repository: str) -> list[Pull]:
        """All open pull requests; see the port."""
        pages = self._on(repository).pages(
            "pulls", list[PullRequest], state="open", sort="created", direction="asc"
        )
        # An entry may come on two pages, if others go meanwhile.
        found = {pull.number: pull for page in pages for pull in page}
        return [_pull(repository, pull) for pull in found.values()]

    def branches(self, repository: str) -> dict[str, str]:
        """The tips of all branches; see the port."""
        pages = self._on(repository).pages("branches", list[Branch])
        return {branch.name: branch.commit.sha for page in pages for branch in page}

    def commit(self, repository: str, branch: str) -> str:
        """The tip of a branch; see the port."""
        parts = "/".join(segment(part) for part in branch.split("/"))
        return self._on(repository).get(f"git/ref/heads/{parts}", Ref).object.sha

    def apart(self, repository: str, base: str, head: str) -> Apart:
        """Where a branch and a commit went apart; see the port."""
        tip = self.commit(repository, base)
        session = self._on(repository)
        # Of commits, GitHub also knows those of forks.
        path = f"compare/{tip}...{segment(head)}"
        try:
            # The files, of which GitHub makes diffs, are on the first page only.
            found = session.get(path, Comparison, per_page=1, page=2)
        except Absent as error:
            if "common ancestor" in str(error).lower():
                return Apart(base=tip, common="")
            found = session.get(path, Comparison, per_page=1, page=1)
        return Apart(base=tip, common=found.merge_base_commit.sha)

    def permission(self, repository: str, login: str) -> Permission:
        """What somebody may do; see the port."""
        if not _LOGIN.fullmatch(login):
            return "none"
        try:
            role = self._on(repository).get(
                f"collaborators/{quote(login, safe='')}/permission", Role
            )
        except Absent:
            self.repository(repository)
            return "none"
        return _permission(role)

    def _on(self, repository: str) -> Session:
        return self._api.on(repository, READ)


def _permission(role: Role) -> Permission:
    """The role, or of one that an organisation has made, the level below which it surely is."""
    if _COARSE.get(role.role_name, "") == role.permission:
        return cast("Permission", role.role_name)
    if role.permission in {"read", "write", "admin"}:
        return cast("Permission", role.permission)
    return "none"


def _pull(repository: str, found: PullRequest) -> Pull:
    here, there = found.base.repo, found.head.repo
    return Pull(
        repository=repository,
        number=found.number,
        is_open=found.state == "open",
        head_sha=found.head.sha,
        head_branch=found.head.ref,
        head_repository=there.full_name if there else "",
        is_outside=here is None or there is None or here.id != there.id,
        base_branch=found.base.ref,
        base_sha=found.base.sha,
        author=found.user.login if found.user else "",
        title=found.title,
        body=found.body or "",
        labels=tuple(label.name for label in found.labels),
        is_draft=bool(found.draft),
        is_merged=found.merged_at is not None,
        url=found.html_url,
        updated_at=found.updated_at,
    )
