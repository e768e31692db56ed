"""A job's workspace: a copy of the run's source that belongs to the job alone.

Nothing of it is shared with the repository or with other jobs, so that jobs run side by side,
leave nothing behind, and cannot change what the author is editing.
"""

from __future__ import annotations

import errno
import os
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
    """Remove a folder with all that a job left in it, read-only folders too."""
    with suppress(FileNotFoundError):
        shutil.rmtree(place, onerror=_make_writable)


def _make_writable(_function: object, path: str, _info: object) -> None:
    with suppress(OSError):
        os.chmod(os.path.dirname(path), stat.S_IRWXU)
        os.chmod(path, stat.S_IRWXU)
    with suppress(OSError):
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            os.unlink(path)


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
