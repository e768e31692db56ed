"""Changes by path, laid over trees of git folder by folder.

A change says what is at its path instead of whatever was there, file or folder; None, that nothing
is. A folder that nothing is left of is gone, as git has no empty ones.
"""

from __future__ import annotations

from collections.abc import Mapping

from praktika.engine.files.patterns import path_of
from praktika.engine.files.tree_objects import (
    FOLDER,
    Algorithm,
    Leaf,
    Tree,
    git_order,
    tree_bytes,
    tree_id_of,
)

Path = tuple[str, ...]

Changes = Mapping[str, Leaf | None]
"""What is there instead, by path or by name."""


def by_folder(changes: Changes) -> dict[Path, dict[str, Leaf | None]]:
    """The changes of each folder, by name; those that lead to a changed one are there, too."""
    folders: dict[Path, dict[str, Leaf | None]] = {}
    for path, leaf in changes.items():
        *above, name = path_of(path)
        folders.setdefault(tuple(above), {})[name] = leaf
    for folder in list(folders):
        for depth in range(len(folder)):
            folders.setdefault(folder[:depth], {})
    return folders


def folder_in(tree: Tree, name: str, changes: Changes) -> bytes | None:
    """The id of the folder of this name, None if there is none or a change puts it away."""
    if name in changes:
        return None
    wanted = encoded(name)
    return next((id_ for mode, has, id_ in tree.entries if has == wanted and mode == FOLDER), None)


def laid_over(
    tree: Tree, changes: Changes, below: Mapping[str, Tree], algorithm: Algorithm
) -> Tree:
    """The tree with changes of its leaves, and with changed folders, of which some may be empty."""
    entries = {entry[1]: entry for entry in tree.entries}
    for name, leaf in changes.items():
        entries.pop(encoded(name), None)
        if leaf is not None:
            entries[encoded(name)] = (leaf.mode, encoded(name), leaf.id)
    for name, folder in below.items():
        key = encoded(name)
        if folder.raw and changes.get(name) is None:
            entries[key] = (FOLDER, key, folder.id)
        elif not folder.raw and key in entries and entries[key][0] == FOLDER:
            del entries[key]
    raw = tree_bytes(sorted(entries.values(), key=git_order))
    return Tree(tree_id_of(raw, algorithm), raw, algorithm)


def encoded(name: str) -> bytes:
    """A name as git has it."""
    return name.encode("utf-8", "surrogateescape")
