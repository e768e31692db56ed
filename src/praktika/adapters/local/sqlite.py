"""The database file of one machine: opened, checked, migrated, shared by threads.

- One connection a process, under one lock: SQLite lets one writer in at a time anyway, and a
  lock in the process wakes the next thread at once, where SQLite's own waiting sleeps.
- Processes share the file through SQLite's write-ahead log. With synchronous=NORMAL a commit
  survives the death of the process, though not always a loss of power.
- Tables belong to `MIGRATIONS`; a released entry never changes, new ones go to its end.
- Nothing older than SQLite 3.34 (no RETURNING, no STRICT): that is what some Pythons bring.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from praktika.adapters.local.faults import os_fault, sqlite_fault
from praktika.errors import OperatorError

_APPLICATION = 0x70726B74
"""Marks the file as praktika's ("prkt"), see SQLite's application_id."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # id: runs in the order in which they began
        "CREATE TABLE runs (id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE)",
        """
        CREATE TABLE entries (
            run TEXT NOT NULL, position INTEGER NOT NULL, version INTEGER NOT NULL,
            event BLOB NOT NULL, PRIMARY KEY (run, position)
        ) WITHOUT ROWID
        """,
        # lapses: monotonic seconds, -1 while nobody leases it; receipt: of the last lease
        """
        CREATE TABLE messages (
            id INTEGER PRIMARY KEY, queue TEXT NOT NULL, body BLOB NOT NULL, identity TEXT,
            lapses REAL NOT NULL DEFAULT -1, receipt TEXT NOT NULL DEFAULT '',
            deliveries INTEGER NOT NULL DEFAULT 0
        )
        """,
        # an index entry ends with the id, so this one also sorts
        "CREATE INDEX messages_by_queue ON messages (queue)",
        # expires: monotonic seconds; NULL while the message is there
        """
        CREATE TABLE identities (
            queue TEXT NOT NULL, identity TEXT NOT NULL, expires REAL,
            PRIMARY KEY (queue, identity)
        ) WITHOUT ROWID
        """,
        # one row: the boot of the machine whose monotonic seconds these are
        "CREATE TABLE boot (only INTEGER PRIMARY KEY CHECK (only = 1), id TEXT NOT NULL)",
    ),
    (
        # family: the group in an ordered queue; nonce: makes an id that is never used again.
        # From here on lapses also ends a delay, and receipt is empty while nobody has a lease.
        "ALTER TABLE messages ADD COLUMN family TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE messages ADD COLUMN nonce TEXT NOT NULL DEFAULT ''",
        # expires is never NULL any more: identities are remembered from the sending on
        "DELETE FROM identities",
    ),
)
VERSION = len(MIGRATIONS)


class Database:
    """An open database, for all threads of this process. It must not be carried over a fork.

    Args:
        path: the file; it and its folder are made when they are not there.
        patience: seconds to wait for other processes' locks.

    Raises:
        OperatorError: the file is not praktika's, is damaged, or is of a newer praktika.
        Denied: the file or its folder is not writable.
        Unavailable: another process holds a lock on it for longer than `patience`.
    """

    def __init__(self, path: Path, *, patience: float = 10.0) -> None:
        self.path = path
        self._patience = patience
        self._lock = threading.RLock()
        self._process = os.getpid()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise os_fault(error, f"cannot make the folder {path.parent}") from error
        with self._translated():
            self._connection = sqlite3.connect(
                path, timeout=patience, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection, for statements that are committed together or not at all."""
        with self._lock, self._translated():
            self._check_process()
            connection = self._connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # a full disk has rolled back already
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def rows(self, query: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """What a query that changes nothing finds."""
        with self._lock, self._translated():
            self._check_process()
            return self._connection.execute(query, parameters).fetchall()

    def close(self) -> None:
        """Let go of the file; the last one out folds the write-ahead log into it."""
        with self._lock, self._translated():
            self._check_process()
            self._connection.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            fault = sqlite_fault(error, self.path)
            if fault is None:
                raise
            raise fault from error

    def _check_process(self) -> None:
        # SQLite's locks do not survive a fork, and using the copy damages the file.
        if os.getpid() != self._process:
            raise RuntimeError("a database was carried over a fork: open it in the new process")

    def _prepare(self) -> None:
        connection = self._connection
        connection.execute("BEGIN")  # one view of all that is read
        version = self._version()
        connection.execute("COMMIT")
        if version < VERSION:
            self._use_write_ahead_log()
            self._migrate()
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_size_limit = {64 << 20}")

    def _version(self) -> int:
        """How many migrations the file has seen; 0 for a new one.

        Raises:
            OperatorError: it is somebody else's, or from the future.
        """
        (application,) = self._connection.execute("PRAGMA application_id").fetchone()
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and (application or version or tables):
            raise OperatorError(
                f"{self.path} is a database of another program. Move it away, or let praktika "
                "keep its state in another folder."
            )
        if version > VERSION:
            raise OperatorError(
                f"{self.path} was written by a newer praktika (its format is {version}, this one "
                f"knows {VERSION}). Use that praktika, or another folder for the state."
            )
        return int(version)

    def _use_write_ahead_log(self) -> None:
        # While somebody else makes the file too, SQLite fails here at once instead of waiting.
        deadline = time.monotonic() + self._patience
        while True:
            try:
                (mode,) = self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.005)
            else:
                break
        if mode != "wal":
            raise OperatorError(
                f"the file system of {self.path} cannot be shared between processes. Keep the "
                "state on a disk of this machine."
            )

    def _migrate(self) -> None:
        with self.transaction() as connection:
            # again, as somebody else may have been first
            for migration in MIGRATIONS[self._version() :]:
                for statement in migration:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
