"""A forge in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from praktika.errors import Absent, PraktikaError
from praktika.model.forge import Apart, Permission, Pull, Repository


@dataclass(slots=True)
class _Kept:
    """A repository with all that is in it; `parents` has every commit."""

    repository: Repository
    branches: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    permissions: dict[str, Permission] = field(default_factory=dict)
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)


class MemoryForge:
    """A `Forge` of what it was told. What is put replaces what was there.

    Attributes:
        failure: raised instead of every answer, if it is set.
    """

    def __init__(self) -> None:
        self.failure: PraktikaError | None = None
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def put_repository(self, repository: Repository) -> None:
        """Let there be a repository; what it has stays."""
        with self._lock:
            kept = self._kept.get(repository.name.lower())
            if kept is None:
                self._kept[repository.name.lower()] = _Kept(repository)
            else:
                kept.repository = repository

    def remove_repository(self, name: str) -> None:
        """Let a repository be gone."""
        with self._lock:
            self._kept.pop(name.lower(), None)

    def put_commit(self, repository: str, sha: str, *parents: str) -> None:
        """Let there be a commit, of the repository or of a fork of it."""
        with self._lock:
            self._of(repository).parents[sha] = parents

    def put_branch(self, repository: str, branch: str, sha: str) -> None:
        """Let a branch be at a commit; "" means that there is no such branch."""
        with self._lock:
            kept = self._of(repository)
            kept.branches[branch] = sha
            kept.parents.setdefault(sha, ())
            if not sha:
                del kept.branches[branch]

    def put_pull(self, pull: Pull) -> None:
        """Let there be a pull request."""
        with self._lock:
            kept = self._of(pull.repository)
            kept.pulls[pull.number] = pull
            kept.parents.setdefault(pull.head_sha, ())

    def put_permission(self, repository: str, login: str, permission: Permission) -> None:
        """Let somebody be permitted that."""
        with self._lock:
            self._of(repository).permissions[login.lower()] = permission

    def repository(self, name: str) -> Repository:
        """A repository; see the port."""
        with self._lock:
            return self._of(name).repository

    def pull(self, repository: str, number: int) -> Pull:
        """A pull request; see the port."""
        with self._lock:
            found = self._of(repository).pulls.get(number)
        if found is None:
            raise Absent(f"there is no pull request {repository}#{number}")
        return found

    def open_pulls(self, repository: str) -> list[Pull]:
        """All open pull requests; see the port."""
        with self._lock:
            return [pull for pull in self._of(repository).pulls.values() if pull.is_open]

    def branches(self, repository: str) -> dict[str, str]:
        """The tips of all branches; see the port."""
        with self._lock:
            return dict(self._of(repository).branches)

    def commit(self, repository: str, branch: str) -> str:
        """The tip of a branch; see the port."""
        with self._lock:
            tip = self._of(repository).branches.get(branch, "")
        if not tip:
            raise Absent(f"there is no branch '{branch}' of {repository}")
        return tip

    def apart(self, repository: str, base: str, head: str) -> Apart:
        """Where a branch and a commit went apart; see the port."""
        tip = self.commit(repository, base)
        with self._lock:
            parents = self._of(repository).parents
            if head not in parents:
                raise Absent(f"there is no commit {head} in {repository}")
            ours = set(_ancestry(parents, tip))
            common = next((sha for sha in _ancestry(parents, head) if sha in ours), "")
        return Apart(base=tip, common=common)

    def permission(self, repository: str, login: str) -> Permission:
        """What somebody may do; see the port."""
        with self._lock:
            return self._of(repository).permissions.get(login.lower(), "none")

    def _of(self, name: str) -> _Kept:
        if self.failure is not None:
            raise self.failure
        kept = self._kept.get(name.lower())
        if kept is None:
            raise Absent(f"there is no repository {name}")
        return kept


def _ancestry(parents: dict[str, tuple[str, ...]], sha: str) -> Iterator[str]:
    """A commit and those that it comes from, the nearest first."""
    waiting, seen = [sha], {sha}
    while waiting:
        one = waiting.pop(0)
        yield one
        fresh = [each for each in parents.get(one, ()) if each not in seen]
        seen.update(fresh)
        waiting += fresh
