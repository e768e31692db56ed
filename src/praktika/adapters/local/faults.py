"""What SQLite complains of, as praktika's errors with words for people."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from praktika.adapters.disk import os_fault
from praktika.errors import Denied, OperatorError, OutOfSpace, PraktikaError, Unavailable

__all__ = ["os_fault", "sqlite_fault"]

_DENIED_SQL = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
_BROKEN_SQL = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY_SQL = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_PASSING_SQL = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}


def sqlite_fault(error: sqlite3.Error, path: Path) -> PraktikaError | None:
    """What to raise for an error of SQLite, or None if it is a bug of praktika."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says how, not what
    unclear = code in {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
    if code == sqlite3.SQLITE_FULL or (unclear and _is_full(path)):
        text = f"the disk with {path} is full. Free some space on it and try again."
        return OutOfSpace(text)
    if code in _DENIED_SQL:
        text = f"cannot use {path}: {error}. It and its folder must be writable"
        return Denied(f"{text} for the user who runs praktika.")
    if code in _BROKEN_SQL:
        return OperatorError(
            f"{path} is damaged or no database of praktika: {error}. Move it away together with "
            f"{path.name}-wal and {path.name}-shm, if those are there, and try again: praktika "
            "then starts with an empty history. It never deletes such a file itself."
        )
    if code in _BUSY_SQL:
        return Unavailable(f"another process has kept {path} locked for too long: {error}")
    return Unavailable(f"cannot use {path}: {error}") if code in _PASSING_SQL else None


def _is_full(path: Path) -> bool:
    try:
        return os.statvfs(path.parent).f_bavail == 0
    except OSError:
        return False
