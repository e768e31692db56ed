"""Foreign errors become ours, with words."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from praktika.adapters.local.faults import os_fault, sqlite_fault
from praktika.errors import Absent, Denied, OperatorError, OutOfSpace, Unavailable


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (errno.ENOSPC, OutOfSpace, "No space left on device. Free some space"),
        (errno.EDQUOT, OutOfSpace, "Free some space"),
        (errno.EACCES, Denied, "Give the user who runs praktika access"),
        (errno.EROFS, Denied, "Read-only file system"),
        (errno.ENOENT, Absent, "No such file"),
        (errno.EIO, Unavailable, "Input/output error"),
        (errno.EMFILE, Unavailable, "Too many open files"),
        (errno.ENAMETOOLONG, OperatorError, "File name too long"),
    ],
)
def test_an_error_of_the_system_becomes_ours(number, kind, text):
    fault = os_fault(OSError(number, os.strerror(number)), "cannot write /x")
    assert type(fault) is kind
    assert str(fault).startswith("cannot write /x: ")
    assert text in str(fault)


@pytest.mark.parametrize(
    ("code", "kind", "text"),
    [
        (sqlite3.SQLITE_FULL, OutOfSpace, "Free some space"),
        (sqlite3.SQLITE_READONLY, Denied, "must be writable"),
        (sqlite3.SQLITE_CANTOPEN, Denied, "must be writable"),
        (sqlite3.SQLITE_CORRUPT, OperatorError, "Move it away"),
        (sqlite3.SQLITE_NOTADB, OperatorError, "Move it away"),
        (sqlite3.SQLITE_BUSY, Unavailable, "locked for too long"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Unavailable, "locked for too long"),
        (sqlite3.SQLITE_IOERR_WRITE, Unavailable, "cannot use"),
    ],
)
def test_an_error_of_sqlite_becomes_ours(code, kind, text, tmp_path):
    error = sqlite3.OperationalError("as SQLite says")
    error.sqlite_errorcode = code
    fault = sqlite_fault(error, tmp_path / "praktika.db")
    assert type(fault) is kind
    assert str(tmp_path / "praktika.db") in str(fault)
    assert text in str(fault)


def test_a_bug_stays_a_bug():
    error = sqlite3.IntegrityError("UNIQUE constraint failed")
    error.sqlite_errorcode = sqlite3.SQLITE_CONSTRAINT_UNIQUE
    assert sqlite_fault(error, Path("x")) is None
    assert sqlite_fault(sqlite3.ProgrammingError("closed"), Path("x")) is None
