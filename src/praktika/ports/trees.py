"""Trees: what a repository's commits hold, folder by folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol


class Trees(Protocol):
    """Reads tree objects as git stores them. Nothing here ever changes: an id names its content.

    A tree is the entries of a folder in git's order, each its mode in octal digits, a space, its
    name, a NUL and the id of what it holds. Ids are binary, of the repository's kind. The tree
    without entries is there, whether it was stored or not.

    Concurrency: one caller at a time.
    """

    @property
    def algorithm(self) -> Literal["sha1", "sha256"]:
        """The kind of ids."""

    def root(self, commit: str) -> bytes:
        """The id of a commit's tree.

        Args:
            commit: its id in full, hexadecimal.

        Raises:
            Absent: there is no such commit here, as in a shallow clone.
        """

    def read(self, ids: Sequence[bytes]) -> Iterable[bytes]:
        """The bytes of trees, in the order of their ids; asks for many at a time.

        What is returned is to be taken in full before anything else is asked for.

        Raises:
            Absent: one of them is not here, or is no tree.
        """
