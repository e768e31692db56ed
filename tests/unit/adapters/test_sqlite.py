"""Opening and sharing the database file."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from praktika.adapters.local import sqlite
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.sqlite import VERSION, Database
from praktika.errors import Denied, OperatorError, Unavailable
from praktika.model.events import CancelRequested

EVENT = CancelRequested(at=1.0, by="me")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "praktika.db"


def test_it_is_made_with_its_folder_and_can_be_shared_by_processes(file, open_database):
    database = open_database(file)
    assert database.rows("PRAGMA journal_mode") == [("wal",)]
    assert database.rows("PRAGMA synchronous") == [(1,)]
    assert database.rows("PRAGMA foreign_keys") == [(1,)]
    assert database.rows("PRAGMA user_version") == [(VERSION,)]
    database.close()
    again = open_database(file)
    assert again.rows("PRAGMA journal_mode") == [("wal",)]
    assert again.rows("PRAGMA synchronous") == [(1,)]
    again.close()


def test_an_empty_file_becomes_a_database(file, open_database):
    file.parent.mkdir()
    file.touch()
    open_database(file).close()
    open_database(file).close()


def test_closing_leaves_one_file(file, open_database):
    database = open_database(file)
    LocalJournal(database).append("run", 0, [EVENT])
    database.close()
    assert [path.name for path in file.parent.iterdir()] == ["praktika.db"]


# Files that are not as they should be: never changed, never deleted


def test_a_database_of_a_newer_praktika_is_refused(file, open_database):
    open_database(file).close()
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(OperatorError, match="newer praktika") as caught:
        open_database(file)
    assert str(file) in str(caught.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE theirs (x)", "PRAGMA user_version = 1", "PRAGMA application_id = 77"],
)
def test_a_database_of_another_program_is_refused(file, open_database, statement):
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.execute(statement)
    connection.close()
    before = file.read_bytes()
    with pytest.raises(OperatorError, match="another program") as caught:
        open_database(file)
    assert str(file) in str(caught.value)
    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello\n", b"\0" * 5000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_file_that_is_no_database_is_refused(file, open_database, content):
    file.parent.mkdir()
    file.write_bytes(content)
    with pytest.raises(OperatorError, match="Move it away") as caught:
        open_database(file)
    assert str(file) in str(caught.value)
    assert file.read_bytes() == content


def test_a_damaged_database_is_said_to_be_so(file, open_database):
    database = open_database(file)
    journal = LocalJournal(database)
    for position in range(500):
        journal.append("run", position, [EVENT])
    database.close()
    content = bytearray(file.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    file.write_bytes(content)
    with pytest.raises(OperatorError, match="damaged") as caught:
        LocalJournal(open_database(file)).read("run")
    assert str(file) in str(caught.value)
    assert file.read_bytes() == content


def test_a_folder_in_its_place_is_refused(file, open_database):
    file.mkdir(parents=True)
    with pytest.raises(Denied, match=r"praktika\.db"):
        open_database(file)


def test_a_file_in_the_place_of_its_folder_is_refused(file, open_database):
    file.parent.write_text("")
    with pytest.raises(OperatorError, match="cannot make the folder"):
        open_database(file)


def test_no_space_left_is_said_so_and_nothing_is_changed(file, open_database):
    database = open_database(file)
    journal = LocalJournal(database)
    journal.append("run", 0, [EVENT])
    ((pages,),) = database.rows("PRAGMA page_count")
    database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OperatorError, match="Free some space"):
        journal.append("run", 1, [CancelRequested(at=1.0, by="x" * 50_000)])
    assert journal.read("run") == [EVENT]
    database.close()


def test_waiting_for_another_process_has_an_end(file, open_database):
    holder, waiting = open_database(file), open_database(file, patience=0.05)
    with holder.transaction():
        with pytest.raises(Unavailable, match="locked"):
            LocalJournal(waiting).append("run", 0, [EVENT])
        assert LocalJournal(waiting).read("run") == []  # reading waits for nobody
    LocalJournal(waiting).append("run", 0, [EVENT])


def test_making_a_database_waits_for_others_that_make_it(file, open_database):
    file.parent.mkdir()
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        open_database(file, patience=0.02)
    timer = threading.Timer(0.05, other.close)
    timer.start()
    assert open_database(file).rows("PRAGMA journal_mode") == [("wal",)]
    timer.join()


# Transactions


def insert_and_raise(database: Database, error: type[BaseException]) -> None:
    with database.transaction() as connection:
        connection.execute("INSERT INTO runs (run) VALUES ('x')")
        raise error


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_transaction_that_fails_leaves_nothing(file, open_database, error):
    database = open_database(file)
    with pytest.raises(error):
        insert_and_raise(database, error)
    assert database.rows("SELECT * FROM runs") == []
    with database.transaction() as connection:
        connection.execute("INSERT INTO runs (run) VALUES ('y')")
    assert database.rows("SELECT run FROM runs") == [("y",)]


def test_a_bug_in_a_statement_is_not_dressed_up(file, open_database):
    with pytest.raises(sqlite3.OperationalError, match="syntax"):
        open_database(file).rows("SELEKT 1")


def test_a_database_cannot_be_carried_over_a_fork(file, open_database):
    database = open_database(file)
    child = os.fork()
    if not child:
        try:
            database.rows("SELECT 1")
        except RuntimeError:
            os._exit(33)
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 33
    assert database.rows("SELECT 1") == [(1,)]


# Migrations


def test_an_older_database_is_migrated_with_what_it_holds(file, open_database, monkeypatch):
    database = open_database(file)
    LocalJournal(database).append("run", 0, [EVENT])
    database.close()
    with monkeypatch.context() as patch:
        newer = (*sqlite.MIGRATIONS, ("CREATE TABLE later (x)", "INSERT INTO later VALUES (7)"))
        patch.setattr(sqlite, "MIGRATIONS", newer)
        patch.setattr(sqlite, "VERSION", VERSION + 1)
        for _ in range(2):  # and only once
            database = open_database(file)
            assert database.rows("SELECT * FROM later") == [(7,)]
            assert LocalJournal(database).read("run") == [EVENT]
            database.close()
    with pytest.raises(OperatorError, match="newer praktika"):
        open_database(file)


def test_a_migration_that_fails_changes_nothing(file, open_database, monkeypatch):
    open_database(file).close()
    with monkeypatch.context() as patch:
        newer = (*sqlite.MIGRATIONS, ("CREATE TABLE later (x)", "nonsense"))
        patch.setattr(sqlite, "MIGRATIONS", newer)
        patch.setattr(sqlite, "VERSION", VERSION + 1)
        with pytest.raises(sqlite3.OperationalError):
            open_database(file)
    database = open_database(file)
    assert database.rows("SELECT name FROM sqlite_master WHERE name = 'later'") == []
    database.close()
