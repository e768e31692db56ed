"""Tree objects of git: a folder's entries as bytes, and the id of these bytes.

An id is binary here: 20 bytes of SHA-1 or 32 of SHA-256, whichever the repository uses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple, Protocol

Algorithm = Literal["sha1", "sha256"]

FOLDER = b"40000"
SUBMODULE = b"160000"
SYMLINK = b"120000"
PLAIN = b"100644"
EXECUTABLE = b"100755"

ID_SIZE: Mapping[Algorithm, int] = {"sha1": 20, "sha256": 32}


class _Hash(Protocol):
    def digest(self) -> bytes: ...


_HASHES: Mapping[Algorithm, Callable[[bytes], _Hash]] = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
}

_ENTRIES = {
    kind: re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % size, re.DOTALL)
    for kind, size in ID_SIZE.items()
}


class Leaf(NamedTuple):
    """A file, symbolic link or submodule.

    Attributes:
        mode: as git writes it, see the constants of this module.
        id: of the file's bytes or the link's target as a blob; the commit of a submodule.
    """

    mode: bytes
    id: bytes


class Entry(NamedTuple):
    """One entry of a tree, a folder or a leaf."""

    mode: bytes
    name: bytes
    id: bytes


class Tree:
    """A folder as git stores it. What it says of its entries is found when it is asked for.

    Args:
        id: its id.
        raw: its bytes.
        algorithm: of ids.

    Attributes:
        is_flat: whether it is sure to have no folders.
    """

    __slots__ = ("_algorithm", "_entries", "_names", "id", "is_flat", "raw")

    def __init__(self, tree_id: bytes, raw: bytes, algorithm: Algorithm) -> None:
        self.id = tree_id
        self.raw = raw
        self.is_flat = b"40000 " not in raw
        self._algorithm = algorithm
        self._entries: list[tuple[bytes, bytes, bytes]] | None = None
        self._names: list[str] | None = None

    @property
    def entries(self) -> list[tuple[bytes, bytes, bytes]]:
        """Modes, names and ids, as `Entry` has them, in git's order."""
        if self._entries is None:
            self._entries = _ENTRIES[self._algorithm].findall(self.raw)
        return self._entries

    @property
    def names(self) -> list[str]:
        """The names as text, in the order of the entries."""
        if self._names is None:
            joined = b"/".join([name for _, name, _ in self.entries])
            self._names = joined.decode("utf-8", "surrogateescape").split("/") if joined else []
        return self._names

    def is_marked(self, signs: Iterable[bytes]) -> bool:
        """Whether any of these bytes is in it."""
        return any(sign in self.raw for sign in signs)


def object_id(kind: str, content: bytes, algorithm: Algorithm) -> bytes:
    """The id of an object as git gives it."""
    framed = b"%b %d\0%b" % (kind.encode(), len(content), content)
    return _HASHES[algorithm](framed).digest()


def tree_id_of(raw: bytes, algorithm: Algorithm) -> bytes:
    """The id of a tree as git gives it."""
    return _HASHES[algorithm](b"tree %d\0%b" % (len(raw), raw)).digest()


def tree_bytes(entries: Iterable[tuple[bytes, bytes, bytes]]) -> bytes:
    """A tree with these entries, which are in git's order."""
    return b"".join([b"%b %b\0%b" % entry for entry in entries])


def git_order(entry: tuple[bytes, bytes, bytes]) -> bytes:
    """The key by which git sorts the entries of a tree: a folder as if its name ended in "/"."""
    mode, name, _ = entry
    return name + b"/" if mode == FOLDER else name
