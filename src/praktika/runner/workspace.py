"""A job's workspace: a copy of the run's source that belongs to the job alone.

Nothing of it is shared with the repository or with other jobs, so that jobs run side by side,
leave nothing behind, and cannot change what the author is editing.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def workspace(source: Path, place: Path) -> Iterator[Path]:
    """A copy of `source` at `place`, which is removed at the end, as is the folder around it.

    Raises:
        OSError: it could not be copied.
    """
    with emptied(place):
        copy_tree(source, place)
        yield place


@contextmanager
def emptied(place: Path) -> Iterator[None]:
    """Nothing is at `place` before and after the block, nor the folder around it after it."""
    remove(place)
    try:
        yield
    finally:
        remove(place)
        with suppress(OSError):
            place.parent.rmdir()


def copy_tree(source: Path, target: Path) -> None:
    """Copy files, folders and symbolic links, with their modes and times."""
    pending = [(os.fspath(source), os.fspath(target))]
    while pending:
        here, there = pending.pop()
        os.makedirs(there, exist_ok=True)
        with os.scandir(here) as entries:
            for entry in entries:
                goal = f"{there}/{entry.name}"
                if entry.is_symlink():
                    os.symlink(os.readlink(entry.path), goal)
                elif entry.is_dir():
                    pending.append((entry.path, goal))
                elif entry.is_file():
                    _copy_file(entry.path, goal)


def remove(place: Path) -> None:
    """Remove a folder with all that a job left in it: read-only folders, and the deepest, too.

    A commit or a job may have thousands of levels. So each folder is moved up to the topmost one
    before it is looked into: no path is long, and nothing is called within itself.
    """
    top, token = os.fspath(place), secrets.token_hex(8)
    folders = [top]
    for here in folders:  # which grows
        if os.path.islink(here):  # put there meanwhile: where it leads is not ours
            os.unlink(here)
            continue
        _make_writable(here)
        for each in _emptied(here):
            moved = f"{top}/{token}-{len(folders)}"
            _make_writable(each)
            try:
                os.rename(each, moved)
            except OSError:  # it is a file system of its own
                shutil.rmtree(each, ignore_errors=True)
            else:
                folders.append(moved)
    for here in reversed(folders):
        with suppress(OSError):
            os.rmdir(here)


def _emptied(folder: str) -> list[str]:
    """The folders in a folder, of which the files are removed."""
    try:
        with os.scandir(folder) as entries:
            found = [(each.path, each.is_dir(follow_symlinks=False)) for each in entries]
    except OSError:
        return []
    for path, is_folder in found:
        if not is_folder:
            with suppress(OSError):
                os.unlink(path)
    return [path for path, is_folder in found if is_folder]


def _make_writable(folder: str) -> None:
    with suppress(OSError):
        os.chmod(folder, stat.S_IRWXU)


def _copy_file(source: str, target: str) -> None:
    reading = os.open(source, os.O_RDONLY)
    try:
        facts = os.fstat(reading)
        mode = stat.S_IMODE(facts.st_mode) & 0o777
        writing = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode | stat.S_IWUSR)
        try:
            _copy_bytes(reading, writing, facts.st_size)
            os.fchmod(writing, mode)
            os.utime(writing, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        finally:
            os.close(writing)
    finally:
        os.close(reading)


def _copy_bytes(reading: int, writing: int, size: int) -> None:
    if size <= 1 << 16:
        os.write(writing, os.read(reading, size + 1))
        return
    try:
        while os.copy_file_range(reading, writing, 1 << 30):
            pass
    except (OSError, AttributeError) as error:
        if getattr(error, "errno", errno.ENOSYS) == errno.ENOSPC:
            raise
        with open(reading, "rb", closefd=False) as src, open(writing, "wb", closefd=False) as dst:
            os.lseek(reading, 0, os.SEEK_SET)
            os.ftruncate(writing, 0)
            shutil.copyfileobj(src, dst, 1 << 20)
