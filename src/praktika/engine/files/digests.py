"""The digest of the files that footprints mean: the id of the git tree that holds exactly them.

It covers the path, the mode and the content of each of them, and nothing else. A folder that is in
as a whole has its id already; only those that are in by parts are read and computed anew, as git
would. What was found out for a tree and the rest of a footprint holds wherever both come together:
in another job, in another commit.

Changes are laid over a tree first, folder by folder, so that a changed work tree has the digest of
the commit that would hold the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from praktika.engine.files.footprint import Extent, Rules, State, States
from praktika.engine.files.overlay import by_folder, encoded, folder_in, laid_over
from praktika.engine.files.patterns import path_of
from praktika.engine.files.sieve import Sieve, sieve_of
from praktika.engine.files.tree_objects import (
    FOLDER,
    SUBMODULE,
    Algorithm,
    Leaf,
    Tree,
    tree_bytes,
    tree_id_of,
)
from praktika.model.plan import Footprint

Read = Callable[[Sequence[bytes]], Iterable[bytes]]
"""Reads tree objects by their ids; `ports.trees.Trees.read`."""

Key = tuple[bytes, State]
"""A tree, and what is left of a footprint there."""

Mark = bool | Key
"""Of an entry: in, out, or in by parts."""


class _Look(NamedTuple):
    """What is in of each entry of a tree, and those of them that are in by parts."""

    marks: list[Mark]
    parts: list[Key]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Content:
    """What is in a checkout.

    Attributes:
        tree: id of a tree; of no bytes if there is none.
        changes: what differs from the tree, by path: what is there instead, None for nothing.
        listed: paths that are said to be submodules; those that are none do not count.
    """

    tree: bytes
    changes: Mapping[str, Leaf | None] = field(default_factory=dict)
    listed: tuple[str, ...] = ()


class Digests:
    """Digests of the files of footprints; what was computed for one job is there for the others.

    Args:
        read: reads trees.
        algorithm: of the ids of these trees.
    """

    def __init__(self, read: Read, algorithm: Algorithm) -> None:
        self._read = read
        self._algorithm: Algorithm = algorithm
        self._nothing = tree_id_of(b"", algorithm)
        self._states = States()
        self._trees = {self._nothing: Tree(self._nothing, b"", algorithm)}
        self._sieves: dict[State, Sieve | None] = {}
        self._results: dict[Key, bytes | None] = {}
        self._laid: tuple[Content, bytes, tuple[str, ...]] | None = None

    def of(self, content: Content, footprints: Sequence[Footprint]) -> list[str]:
        """The digest for each footprint, `sha1:…` or `sha256:…`; of nothing, that of no files."""
        root, submodules = self._lay(content)
        starts = [Rules(each, submodules, self._states).start for each in footprints]
        keys = [(root, state) for state in starts]
        self._resolve(key for key in dict.fromkeys(keys) if key[1].extent is Extent.SOME)
        return [self._text(self._result(key)) for key in keys]

    def submodules(self, content: Content) -> tuple[str, ...]:
        """The paths at which there are submodules, of those that are listed."""
        return self._lay(content)[1]

    def _text(self, tree: bytes | None) -> str:
        return f"{self._algorithm}:{(tree or self._nothing).hex()}"

    def _lay(self, content: Content) -> tuple[bytes, tuple[str, ...]]:
        if self._laid is None or self._laid[0] is not content:
            root = self._root(content)
            self._laid = (content, root, self._submodules(root, content.listed))
        return self._laid[1:]

    def _root(self, content: Content) -> bytes:
        """The tree with all changes in it."""
        folders = by_folder(content.changes)
        bases: dict[tuple[str, ...], bytes] = {(): content.tree or self._nothing}
        for _, level in groupby(sorted(folders, key=len), key=len):
            paths = list(level)
            for path in filter(None, paths):
                *above, name = path
                parent = tuple(above)
                known = folder_in(self._trees[bases[parent]], name, folders[parent])
                bases[path] = known or self._nothing
            self._load(bases[path] for path in paths)
        made: dict[tuple[str, ...], dict[str, Tree]] = {folder: {} for folder in folders}
        root = bases[()]
        for path in sorted(folders, key=len, reverse=True):
            tree = self._trees[bases[path]]
            laid = laid_over(tree, folders[path], made[path], self._algorithm)
            root = self._trees.setdefault(laid.id, laid).id
            if path:
                made[path[:-1]][path[-1]] = laid
        return root

    def _submodules(self, root: bytes, listed: Iterable[str]) -> tuple[str, ...]:
        return tuple(path for path in listed if self._mode(root, path_of(path)) == SUBMODULE)

    def _mode(self, root: bytes, path: tuple[str, ...]) -> bytes:
        """The mode of what is at a path, of no bytes if nothing is."""
        mode, here = FOLDER, root
        for name in path:
            if mode != FOLDER:
                return b""
            self._load([here])
            entries = self._trees[here].entries
            found = (entry for entry in entries if entry[1] == encoded(name))
            mode, _, here = next(found, (b"", b"", b""))
        return mode

    def _load(self, ids: Iterable[bytes]) -> None:
        for _ in self._each(ids):
            pass

    def _each(self, ids: Iterable[bytes]) -> Iterator[Tree]:
        """Trees, those that are to be read as they come, while others are on their way."""
        wanted = dict.fromkeys(ids)
        unknown = [each for each in wanted if each not in self._trees]
        yield from [self._trees[each] for each in wanted if each in self._trees]
        for tree_id, raw in zip(unknown, self._read(unknown) if unknown else (), strict=True):
            tree = self._trees[tree_id] = Tree(tree_id, raw, self._algorithm)
            yield tree

    def _resolve(self, keys: Iterable[Key]) -> None:
        """Find the results of these, reading trees level by level, then computing upwards."""
        looks: dict[Key, _Look] = {}
        level = {key for key in keys if key not in self._results}
        while level:
            states: dict[bytes, list[State]] = {}
            for tree_id, state in level:
                states.setdefault(tree_id, []).append(state)
            below: set[Key] = set()
            for tree in self._each(states):
                for state in self._unsifted(tree, states[tree.id]):
                    look = looks[tree.id, state] = self._look(tree, state)
                    below.update(look.parts)
            level = below.difference(self._results, looks)
        for key in reversed(looks):
            self._compute(key, looks)

    def _unsifted(self, tree: Tree, states: list[State]) -> list[State]:
        """Find the results for a folder without folders where a sieve is enough; the others."""
        if not tree.is_flat:
            return states
        unsifted: list[State] = []
        for state in states:
            try:
                sieve = self._sieves[state]
            except KeyError:
                sieve = self._sieves[state] = sieve_of(state, self._algorithm)
            if sieve is None:
                unsifted.append(state)
            elif (raw := sieve.sift(tree.raw)) == tree.raw:
                self._results[tree.id, state] = tree.id
            else:
                self._results[tree.id, state] = tree_id_of(raw, self._algorithm) if raw else None
        return unsifted

    def _look(self, tree: Tree, state: State) -> _Look:
        """What is in of each entry of a tree."""
        takes, below = state.other
        entries = tree.entries
        if below.extent is Extent.SOME:
            marks: list[Mark] = [
                (entry[2], below) if entry[0] == FOLDER else takes for entry in entries
            ]
        else:
            is_in = below.extent is Extent.ALL
            marks = [is_in if entry[0] == FOLDER else takes for entry in entries]
        if tree.is_marked(state.signs):
            for at in state.own(tree.names):
                step = state.step(tree.names[at])
                is_folder = entries[at][0] == FOLDER
                marks[at] = _mark(entries[at][2], step.below) if is_folder else step.takes
        return _Look(marks, [mark for mark in marks if isinstance(mark, tuple)])

    def _compute(self, key: Key, looks: Mapping[Key, _Look]) -> None:
        """Find one result; what it is made from first, if that is also elsewhere in the tree."""
        pending = [key]
        while pending:
            here = pending[-1]
            missing = [part for part in looks[here].parts if part not in self._results]
            pending += missing
            if not missing:
                pending.pop()
                if here not in self._results:
                    self._results[here] = self._chosen(self._trees[here[0]], looks[here].marks)

    def _chosen(self, tree: Tree, marks: Sequence[Mark]) -> bytes | None:
        """The tree of what is in; None if nothing is."""
        entries, results = tree.entries, self._results
        pairs = [
            (entry, entry[2] if mark is True else results[mark] if mark else None)
            for mark, entry in zip(marks, entries, strict=True)
        ]
        kept = [
            entry if found is entry[2] else (entry[0], entry[1], found)
            for entry, found in pairs
            if found is not None
        ]
        if kept == entries:
            return tree.id
        return tree_id_of(tree_bytes(kept), self._algorithm) if kept else None

    def _result(self, key: Key) -> bytes | None:
        if key[1].extent is Extent.SOME:
            return self._results[key]
        return key[0] if key[1].extent is Extent.ALL else None


def _mark(tree_id: bytes, state: State) -> Mark:
    """What is in of a folder."""
    return (tree_id, state) if state.extent is Extent.SOME else state.extent is Extent.ALL
