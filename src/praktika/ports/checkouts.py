"""Checkouts: the code of a commit, from wherever it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from praktika.model.facts import Merge


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """What to check out.

    Attributes:
        remote: URL of the repository. Credentials in it are used and never written down.
        sha: full id of the commit, hexadecimal.
        branch: that it is on, or "". The checkout is on a branch of this name, and servers that
            hand out branches only are asked for it.
        submodules: whether the submodules recorded in the commit are checked out, too; their
            folders are empty otherwise.
        merge: if `sha` is a merge that every machine makes for itself, what it is made from.
    """

    remote: str
    sha: str
    branch: str = ""
    submodules: bool = False
    merge: Merge | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What a commit says of itself.

    Attributes:
        message: in full.
        author: `Name <address>`.
    """

    message: str
    author: str


class Checkouts(Protocol):
    """Makes work trees of commits that other machines have."""

    def checkout(self, commit: Commit, place: Path) -> AbstractContextManager[None]:
        """Files of exactly this commit are at `place` in the block, with a repository around them.

        Whatever is done there to files or repository, other checkouts are not changed by it. What
        is at `place` after the block, the caller removes.

        Args:
            commit: what to check out.
            place: an empty folder, or nothing yet.

        Raises:
            OperatorError: the remote does not have it or refuses, or it cannot be checked out.
            TransientError: the remote did not answer for too long.
        """

    def merged(self, remote: str, merge: Merge) -> str:
        """The id of the merge commit, the same on every machine. It is here afterwards.

        If the base has all of the head's history already, it is the base itself.

        Raises:
            AuthorError: the two conflict; the text names the files.
            OperatorError, TransientError: as `checkout`.
        """

    def changed(self, remote: str, old: str, new: str, merge: Merge | None = None) -> Sequence[str]:
        """The paths at which two commits differ, sorted; a rename is two paths.

        Args:
            remote: URL of the repository.
            old: full id of a commit.
            new: likewise; of `merge`, if that is given.
            merge: what `new` is made from.

        Raises:
            OperatorError, TransientError: as `checkout`.
        """

    def described(self, remote: str, sha: str) -> Description:
        """What a commit says of itself; it is here afterwards.

        Raises:
            OperatorError, TransientError: as `checkout`.
        """
