"""Files and folders: finding, linking, emptying."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path


def traverse_path(
    path: str | Path,
    file_suffixes: Iterable[str] | None = None,
    *,
    sorted: bool = False,  # noqa: A002 - the vocabulary's name
    not_exists_ok: bool = False,
) -> list[str]:
    """Every file at or below a path.

    Args:
        path: of a file or a folder.
        file_suffixes: only files that end so; all files without it.
        sorted: in order of their names; otherwise as the file system gives them.
        not_exists_ok: a path that is not there has no files.

    Raises:
        FileNotFoundError: the path is not there, and that is not ok.
    """
    suffixes = tuple(file_suffixes or ("",))
    found = [file for file in _walk(Path(path), not_exists_ok) if file.endswith(suffixes)]
    if sorted:
        found.sort()
    return found


def traverse_paths(
    include_paths: Iterable[str | Path],
    exclude_paths: Iterable[str | Path] = (),
    file_suffixes: Iterable[str] | None = None,
    *,
    sorted: bool = False,  # noqa: A002 - the vocabulary's name
    not_exists_ok: bool = False,
) -> list[str]:
    """Every file at or below some paths, once, but not what is at or below others.

    Arguments and errors are those of `traverse_path`; "a" and "./a" are the same path.
    """
    excluded = [os.path.normpath(path) for path in exclude_paths]
    suffixes = list(file_suffixes) if file_suffixes else None
    found: dict[str, str] = {}
    for path in include_paths:
        for file in traverse_path(path, suffixes, not_exists_ok=not_exists_ok):
            normal = os.path.normpath(file)
            if not any(normal == each or normal.startswith(f"{each}/") for each in excluded):
                found.setdefault(normal, file)
    files = list(found.values())
    if sorted:
        files.sort()
    return files


def link(source: str | Path, target: str | Path) -> None:
    """Let `target` be a symbolic link to `source`, in place of a link or file that is there."""
    place = Path(target)
    if place.is_symlink() or place.is_file():
        place.unlink()
    place.symlink_to(source)


def clean_dir(path: str | Path) -> None:
    """Let there be an empty folder at the path."""
    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _walk(path: Path, not_exists_ok: bool) -> Iterator[str]:  # noqa: FBT001 - private
    if path.is_file():
        yield str(path)
    elif path.is_dir():
        for folder, _, files in os.walk(path):
            yield from (os.path.join(folder, file) for file in files)  # noqa: PTH118 - many
    elif not not_exists_ok:
        raise FileNotFoundError(f"there is nothing at {path}")
