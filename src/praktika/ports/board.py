"""The board: where outcomes are shown to those who wait for them."""

from __future__ import annotations

from typing import Protocol

from praktika.model.forge import Check, CommitStatus, KnownCheck


class Board(Protocol):
    """Checks, statuses and comments of a forge's repositories, named `owner/name`.

    Concurrency: any number of threads; for one commit or pull request, one at a time. The errors
    are those of `Forge`.
    """

    def checks(self, repository: str, sha: str) -> list[KnownCheck]:
        """The checks that we have put on a commit."""

    def create_check(self, repository: str, check: Check) -> int:
        """Put a check on a commit; its id. Twice makes two of them."""

    def update_check(self, repository: str, number: int, check: Check) -> None:
        """Let a check be as this one. Annotations are added to those that it has."""

    def set_status(self, repository: str, sha: str, status: CommitStatus) -> None:
        """Set a status on a commit; of those with one context the last one counts."""

    def set_comment(self, repository: str, pull: int, marker: str, text: str) -> None:
        """Let our comment with that marker be this Markdown; it is made if there is none.

        Args:
            repository: `owner/name`.
            pull: number of the pull request.
            marker: names the comment, `[A-Za-z0-9._/-]{1,200}` without `--`; invisible in it.
            text: at most 65,000 characters.
        """

    def merge(self, repository: str, pull: int, sha: str) -> None:
        """Merge a pull request, or let the forge do so when all that it requires is there.

        Raises:
            Conflict: its head is not `sha` any more, or it cannot be merged.
        """
