"""The forge: how things are there now."""

from __future__ import annotations

from typing import Protocol

from praktika.model.forge import Apart, Permission, Pull, Repository


class Forge(Protocol):
    """Facts of a forge's repositories, named `owner/name`. Nothing here changes anything there.

    What is returned is as new as the call. Concurrency: any number of threads. All methods raise

        Absent: there is nothing of that name, or we may not know of it.
        Denied: the forge refuses our credentials.
        Limited: we have asked too much; the error says when to ask again.
        Unavailable: it did not answer, or not well.
    """

    def repository(self, name: str) -> Repository:
        """A repository."""

    def pull(self, repository: str, number: int) -> Pull:
        """A pull request."""

    def open_pulls(self, repository: str) -> list[Pull]:
        """All open pull requests."""

    def branches(self, repository: str) -> dict[str, str]:
        """The tips of all branches, by name."""

    def commit(self, repository: str, branch: str) -> str:
        """The tip of a branch."""

    def apart(self, repository: str, base: str, head: str) -> Apart:
        """Where a branch and a commit, which may be one of a fork's pull request, went apart."""

    def permission(self, repository: str, login: str) -> Permission:
        """What somebody may do; "none" for whom it does not know."""
