"""What the local journal, queue and blobs do beside the contracts of their ports."""

import functools
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from praktika.adapters.local import sqlite
from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.clock import boot_id
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.memory import ManualClock, MemoryJournal
from praktika.errors import Absent, OperatorError
from praktika.model.events import CancelRequested, JobStarted
from praktika.model.wire import WireError

EVENT = CancelRequested(at=1.0, by="me")


# Journal


@pytest.mark.parametrize(
    ("version", "event"),
    [
        (1, b'{"type":"MoonRose","at":1.0}'),
        (1, b'{"type":"CancelRequested","at":"soon","by":"me"}'),
        (1, b'{"type":"CancelRequested","at":1.0'),
        (
            1,
            b'{"type":"CancelRequested","at":1.0,"by":"a"},{"type":"CancelRequested","at":1.0,"by":"b"}',
        ),
        (1, b""),
        (1, b"\xff\xfe"),
        (1, 12345),
        (2, b'{"type":"CancelRequested","at":1.0,"by":"me"}'),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_entry_that_cannot_be_read_is_named_and_kept(database, version, event):
    journal = LocalJournal(database)
    journal.append("run", 0, [EVENT, EVENT, EVENT])
    journal.append("other", 0, [EVENT])
    change = "UPDATE entries SET version = ?, event = ? WHERE run = 'run' AND position = 1"
    with database.transaction() as connection:
        connection.execute(change, (version, event))
    for start in (0, 1):
        with pytest.raises(OperatorError, match=r"entry 1 of run run .*newer praktika"):
            journal.read("run", start)
    assert journal.read("run", 2) == [EVENT]
    assert journal.read("other") == [EVENT]
    assert journal.runs() == ["other", "run"]
    assert database.rows("SELECT count(*) FROM entries") == [(4,)]


def test_an_entry_that_is_missing_is_named(database):
    journal = LocalJournal(database)
    journal.append("run", 0, [EVENT, EVENT, EVENT])
    with database.transaction() as connection:
        connection.execute("DELETE FROM entries WHERE position = 1")
    with pytest.raises(OperatorError, match=r"entry 1 of run run .*missing"):
        journal.read("run")


def test_entries_are_json_that_people_and_other_tools_can_read(database):
    LocalJournal(database).append("run", 0, [EVENT])
    assert database.rows("SELECT position, version, event FROM entries") == [
        (0, 1, b'{"type":"CancelRequested","at":1.0,"by":"me"}')
    ]


def test_the_journal_in_memory_refuses_at_once_what_could_not_be_read_back():
    with pytest.raises(WireError, match="attempt"):
        MemoryJournal().append("run", 0, [JobStarted(at=1.0, job="j", attempt="1")])


# Queue


def test_identities_are_forgotten_in_the_end(database):
    clock = ManualClock()
    queue = LocalQueue(database, clock)
    for number in range(10):
        queue.send("work.fifo", [b"1"], group="g", identity=[str(number)])
        queue.ack(queue.receive("work.fifo"))
    assert database.rows("SELECT count(*) FROM identities") == [(10,)]
    clock.advance(400)
    queue.send("work.fifo", [b"1"], group="g", identity=["new"])
    queue.ack(queue.receive("work.fifo"))
    assert database.rows("SELECT identity FROM identities") == [("new",)]
    assert database.rows("SELECT count(*) FROM messages") == [(0,)]


def delay_of_waking(queue: LocalQueue, act: Callable[[], object]) -> float:
    """Seconds from `act` until a waiting thread has the message."""
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(queue.receive, "work", wait=10)
        time.sleep(0.03)
        begun = time.monotonic()
        act()
        (message,) = received.result()
        delay = time.monotonic() - begun
    queue.ack([message])
    return delay


def test_sending_wakes_a_waiter_before_it_looks_by_itself(database):
    queue = LocalQueue(database, ManualClock())
    delays = [delay_of_waking(queue, lambda: queue.send("work", [b"1"])) for _ in range(5)]
    assert min(delays) < 0.1, delays


def test_releasing_wakes_a_waiter_before_it_looks_by_itself(database):
    queue = LocalQueue(database, ManualClock())
    delays = []
    for _ in range(5):
        queue.send("work", [b"1"])
        (message,) = queue.receive("work")
        delays.append(delay_of_waking(queue, functools.partial(queue.release, message)))
    assert min(delays) < 0.1, delays


def test_a_boot_has_a_name_that_lasts():
    assert boot_id() == boot_id()


# Blobs


def test_blobs_tell_where_a_blob_is(tmp_path):
    blobs = LocalBlobs(tmp_path / "blobs")
    blobs.put("runs/1/report.html", b"<p>")
    assert blobs.path("runs/1/report.html") == tmp_path / "blobs/runs/1/report.html"
    assert blobs.path("runs/1/report.html").read_bytes() == b"<p>"
    with pytest.raises(ValueError, match="not a blob key"):
        blobs.path("../x")


def test_reading_makes_no_folder(tmp_path):
    blobs = LocalBlobs(tmp_path / "blobs")
    assert blobs.list("runs") == []
    with pytest.raises(Absent):
        blobs.get("a")
    assert not (tmp_path / "blobs").exists()


def test_blobs_stay_where_they_were_when_the_working_directory_changes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blobs = LocalBlobs(Path("blobs"))
    blobs.put("a", b"1")
    monkeypatch.chdir("/")
    assert blobs.get("a") == b"1"
    assert blobs.path("a") == tmp_path / "blobs/a"


def test_what_a_killed_process_left_is_not_listed(tmp_path):
    blobs = LocalBlobs(tmp_path)
    blobs.put("a/b", b"1")
    (tmp_path / "a/~0123456789abcdef").write_bytes(b"half of someth")
    assert blobs.list("") == ["a/b"]


@pytest.mark.parametrize("kind", ["nothing", "folder", "pipe"])
def test_only_files_can_be_put_and_a_failure_leaves_no_draft(tmp_path, kind):
    source = tmp_path / "source"
    {"nothing": lambda _: None, "folder": os.mkdir, "pipe": os.mkfifo}[kind](source)
    blobs = LocalBlobs(tmp_path / "blobs")
    blobs.put("a", b"old")
    with pytest.raises(OperatorError, match="source"):
        blobs.put("a", source)
    assert blobs.get("a") == b"old"
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == ["a"]


def test_a_missing_folder_for_a_fetched_file_is_not_taken_for_a_missing_blob(tmp_path):
    blobs = LocalBlobs(tmp_path / "blobs")
    blobs.put("a", b"1")
    with pytest.raises(OperatorError, match="folder is not there") as caught:
        blobs.fetch("a", tmp_path / "nowhere" / "target")
    assert not isinstance(caught.value, Absent)
    assert not (tmp_path / "nowhere").exists()


def test_a_process_can_write_to_a_stream_beside_its_owner(tmp_path):
    blobs = LocalBlobs(tmp_path)
    with blobs.stream("log") as log:
        log.write(b"before\n")
        subprocess.run(["echo", "within"], stdout=log.fileno(), check=True)
        with blobs.path("log").open("ab") as other:
            other.write(b"beside\n")
        log.write(b"after\n")
    assert blobs.get("log") == b"before\nwithin\nbeside\nafter\n"


def test_a_disk_that_fills_up_under_a_stream_is_said_so(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full is Linux's")
    blobs = LocalBlobs(tmp_path)
    with blobs.stream("log") as log:
        os.dup2(os.open("/dev/full", os.O_WRONLY), log.fileno())
        with pytest.raises(OperatorError, match=r"No space left.*Free some space"):
            log.write(b"x")


def test_a_file_system_without_hard_links_is_said_so(tmp_path, monkeypatch):
    def link(source: str, target: str) -> None:
        raise PermissionError(1, "Operation not permitted", source, None, target)

    monkeypatch.setattr(os, "link", link)
    with pytest.raises(OperatorError, match="no hard links"):
        LocalBlobs(tmp_path).create("a", b"1")
    assert list(tmp_path.iterdir()) == []


def test_messages_that_an_older_praktika_left_are_still_delivered(tmp_path, open_database):
    file = tmp_path / "old.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "MIGRATIONS", sqlite.MIGRATIONS[:1])
        patch.setattr(sqlite, "VERSION", 1)
        old = open_database(file)
        with old.transaction() as connection:
            connection.execute("INSERT INTO messages (queue, body) VALUES ('work', x'31')")
            connection.execute("INSERT INTO identities VALUES ('work', 'one', NULL)")
        old.close()
    queue = LocalQueue(open_database(file), ManualClock())
    (message,) = queue.receive("work")
    assert message.body == b"1"
    queue.ack([message])
    assert queue.depth("work") == 0
