"""Trees in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from praktika.errors import Absent


class MemoryTrees:
    """A `Trees` of commits that are made from files.

    Args:
        algorithm: the kind of ids.
    """

    def __init__(self, algorithm: Literal["sha1", "sha256"] = "sha1") -> None:
        self._algorithm: Literal["sha1", "sha256"] = algorithm
        self._trees: dict[bytes, bytes] = {}
        self._commits: dict[str, bytes] = {}
        self.asked: list[bytes] = []
        """The ids of all trees that were read."""
        self._tree({})

    @property
    def algorithm(self) -> Literal["sha1", "sha256"]:
        """The kind of ids."""
        return self._algorithm

    def commit(self, files: Mapping[bytes, tuple[bytes, bytes]]) -> str:
        """Make a commit, and tell its id.

        Args:
            files: by path, their modes and the ids of what they hold.
        """
        tree = self._tree(files)
        commit = self.id_of("commit", tree)
        self._commits[commit.hex()] = tree
        return commit.hex()

    def id_of(self, kind: str, content: bytes) -> bytes:
        """The id of an object."""
        digest = hashlib.new(self._algorithm, usedforsecurity=False)
        digest.update(f"{kind} {len(content)}\0".encode())
        digest.update(content)
        return digest.digest()

    def root(self, commit: str) -> bytes:
        """The id of a commit's tree; see the port."""
        try:
            return self._commits[commit]
        except KeyError:
            raise Absent(f"there is no commit {commit}") from None

    def read(self, ids: Sequence[bytes]) -> Iterator[bytes]:
        """The bytes of trees; see the port."""
        for each in ids:
            if each not in self._trees:
                raise Absent(f"there is no tree {each.hex()}")
            self.asked.append(each)
            yield self._trees[each]

    def _tree(self, files: Mapping[bytes, tuple[bytes, bytes]]) -> bytes:
        entries: dict[bytes, bytes] = {}
        folders: dict[bytes, dict[bytes, tuple[bytes, bytes]]] = {}
        for path, (mode, content) in files.items():
            name, slash, rest = path.partition(b"/")
            if slash:
                folders.setdefault(name, {})[rest] = (mode, content)
            else:
                entries[name] = b"%b %b\0%b" % (mode, name, content)
        for name, below in folders.items():
            entries[name + b"/"] = b"40000 %b\0%b" % (name, self._tree(below))
        raw = b"".join(entries[key] for key in sorted(entries))
        tree = self.id_of("tree", raw)
        self._trees[tree] = raw
        return tree
