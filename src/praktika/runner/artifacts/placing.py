"""Moving what was unpacked to its place in the workspace, never through a link that lies there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from praktika.runner.archive import Refused

# What praktika itself keeps in the input folder.
_RESERVED = frozenset({"environment.json", "settings.json", "workflow_inputs.json"})
_REPORTS = ("result_", "artifact_report_")


def place(source: Path, target: Path, before: Callable[[], None]) -> None:
    """Move everything of a folder into another one; files and links there are replaced.

    Args:
        source: a folder on the same disk, without links that lead out of it.
        target: the other one.
        before: called once it is known that all of it has a place.

    Raises:
        Refused: a folder is to come where a file or link is, or the reverse. Nothing was moved.
    """
    for _ in _moves(os.fspath(source), os.fspath(target)):
        pass  # only looking
    before()
    for here, there in _moves(os.fspath(source), os.fspath(target)):
        os.replace(here, there)  # noqa: PTH105 - names that were never Paths


def link_into(source: Path, workspace: Path, inputs: Path) -> None:
    """Link every file below `source` into the input folder, where nothing of its name is."""
    own = os.path.relpath(inputs, workspace)
    top = os.fspath(source)
    for folder, folders, names in os.walk(top):
        folders.sort()
        if os.path.relpath(folder, top) == own:
            continue
        for name in sorted(names):
            path = f"{folder}/{name}"
            is_own = name in _RESERVED or name.startswith(_REPORTS)
            if is_own or os.path.islink(path):  # noqa: PTH114 - as above
                continue
            with suppress(FileExistsError):
                os.link(path, f"{inputs}/{name}")


def _moves(source: str, target: str) -> Iterator[tuple[str, str]]:
    """What is to be moved where: as few and as large things as possible."""
    pending = [(source, target, "")]
    while pending:
        here, there, shown = pending.pop()
        with os.scandir(here) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
        for entry in entries:
            goal, name = f"{there}/{entry.name}", f"{shown}{entry.name}"
            try:
                mode = os.lstat(goal).st_mode
            except FileNotFoundError:
                yield entry.path, goal
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and stat.S_ISDIR(mode):
                pending.append((entry.path, goal, f"{name}/"))
            elif is_folder or stat.S_ISDIR(mode):
                kind = "a link" if stat.S_ISLNK(mode) else "a file"
                raise Refused(
                    f"'{name}' is a folder in it, and {kind} here"
                    if is_folder
                    else f"'{name}' is no folder in it, and a folder here"
                )
            else:
                yield entry.path, goal
