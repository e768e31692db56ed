"""The files that a run is made for, as the planner sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from praktika.adapters.local.git import changes, content
from praktika.adapters.local.git.trees import LocalTrees
from praktika.engine.files.digests import Content, Digests
from praktika.engine.files.tree_objects import Leaf
from praktika.model.plan import Code, Footprint

_TOLD = 500
"""So many changed files are told of one by one."""


class CodeFiles:
    """See `orchestrator.planning.Files`.

    Args:
        root: top of a work tree, or a plain folder.
        sha: the commit that they may differ from, or "".
        held: what is in it.
        digests: of footprints.
    """

    def __init__(self, root: Path, sha: str, held: Content, digests: Digests) -> None:
        self._root = root
        self._sha = sha
        self._held = held
        self._digests = digests
        self._between: dict[str, tuple[str, ...] | None] = {}

    @cached_property
    def code(self) -> Code:
        """The same, by reference."""
        changed = {_storable(path): _id(leaf) for path, leaf in self._held.changes.items()}
        return Code(sha=self._sha, changed=changed if len(changed) <= _TOLD else None)

    @cached_property
    def submodules(self) -> tuple[str, ...]:
        """Paths of submodules."""
        return self._digests.submodules(self._held)

    def digests(self, footprints: Sequence[Footprint]) -> list[str]:
        """The digest of the files of each footprint."""
        return self._digests.of(self._held, footprints)

    def changed_since(self, code: Code) -> tuple[str, ...] | None:
        """The paths that are not as they were there; None if that cannot be told."""
        if code.changed is None or self.code.changed is None or not (code.sha and self._sha):
            return None
        if code.sha not in self._between:
            self._between[code.sha] = changes.changed_between(self._root, code.sha, self._sha)
        between = self._between[code.sha]
        if between is None:
            return None
        paths = {*between, *code.changed, *self.code.changed}
        same = {path for path, found in _common(code.changed, self.code.changed) if found}
        return tuple(sorted(paths - same))


@contextmanager
def checked_out(root: Path, sha: str, copy: Path | None = None) -> Iterator[CodeFiles]:
    """The files of a checkout as they are now.

    Args:
        root: its top.
        sha: the commit that they may differ from; "" if there is none.
        copy: a copy of them, from which jobs will run.
    """
    if not (root / ".git").exists():
        held = content.plain_folder(copy or root)
        yield CodeFiles(root, "", held, Digests(lambda _: (), "sha1"))
        return
    with LocalTrees(root) as trees:
        held = content.work_tree(trees, sha, copy)
        yield CodeFiles(root, sha, held, Digests(trees.read, trees.algorithm))


@contextmanager
def at_commit(root: Path, sha: str) -> Iterator[CodeFiles]:
    """The files of a commit, whatever is checked out."""
    with LocalTrees(root) as trees:
        held = content.committed(trees, sha)
        yield CodeFiles(root, sha, held, Digests(trees.read, trees.algorithm))


def _common(one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    """The paths that are in both, and whether the same is there."""
    for path in one.keys() & other.keys():
        yield path, one[path] == other[path]


def _id(leaf: Leaf | None) -> str:
    return "" if leaf is None else f"{leaf[0].decode()} {leaf[1].hex()}"


def _storable(path: str) -> str:
    """The path without lone surrogates, which JSON cannot hold."""
    return path if path.isascii() else path.encode("utf-8", "backslashreplace").decode()
