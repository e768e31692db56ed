"""The local adapters on a disk that is full or read-only, and in a folder of somebody else."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.sqlite import Database
from praktika.errors import Denied, OperatorError
from praktika.model.events import CancelRequested

NOBODY = 65534


def event(size: int) -> CancelRequested:
    return CancelRequested(at=1.0, by="x" * size)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine mounts no tmpfs")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    """A file that leaves not one byte free."""
    path = disk / "filler"
    with path.open("ab", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        write_for_ever(file)
    return path


def write_for_ever(file: BinaryIO) -> None:
    while True:
        file.write(bytes(4096))


@pytest.fixture
def somewhere() -> Iterator[Path]:
    """A folder that everybody may enter, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Without the right to write in `folder`."""
    folder.chmod(0o555)
    if os.geteuid() != 0:
        yield
    else:
        os.seteuid(NOBODY)
        try:
            yield
        finally:
            os.seteuid(0)
    folder.chmod(0o755)


FULL = "[Ff]ree some space"


def test_a_full_disk_is_said_so_by_blobs_and_leaves_what_was_there(small_disk, tmp_path):
    blobs = LocalBlobs(small_disk)
    blobs.put("a/b", b"old")
    source = tmp_path / "source"
    source.write_bytes(bytes(2 << 20))
    for data in (bytes(2 << 20), source):
        with pytest.raises(OperatorError, match=FULL):
            blobs.put("a/b", data)
    with pytest.raises(OperatorError, match=FULL):
        blobs.create("a/c", bytes(2 << 20))
    assert blobs.get("a/b") == b"old"
    assert blobs.list("") == ["a/b"]
    assert [path.name for path in (small_disk / "a").iterdir()] == ["b"]
    blobs.put("a/b", b"new")
    assert blobs.get("a/b") == b"new"


def test_a_full_disk_is_said_so_by_streams_and_fetches(small_disk, tmp_path):
    blobs = LocalBlobs(small_disk)
    with blobs.stream("log") as log, pytest.raises(OperatorError, match=FULL):
        log.write(bytes(2 << 20))
    elsewhere = LocalBlobs(tmp_path / "blobs")
    elsewhere.put("big", bytes(2 << 20))
    with pytest.raises(OperatorError, match=FULL):
        elsewhere.fetch("big", small_disk / "target")
    assert sorted(path.name for path in small_disk.iterdir()) == ["log"]


def append_until_refused(journal: LocalJournal, position: int) -> Iterator[int]:
    while True:
        journal.append("run", position, [event(5000)])
        position += 1
        yield position


def test_a_full_disk_is_said_so_by_the_journal_which_goes_on_when_there_is_space(
    small_disk, open_database
):
    journal = LocalJournal(open_database(small_disk / "praktika.db"))
    journal.append("run", 0, [event(1)])
    filler = fill(small_disk)
    lengths = [1]
    with pytest.raises(OperatorError, match=FULL):
        lengths.extend(append_until_refused(journal, 1))
    assert len(journal.read("run")) == lengths[-1]
    filler.unlink()
    journal.append("run", lengths[-1], [event(5000)])
    assert len(journal.read("run")) == lengths[-1] + 1


def test_a_full_disk_is_said_so_by_the_queue_which_still_gives_what_it_has(
    small_disk, open_database, clock
):
    queue = LocalQueue(open_database(small_disk / "praktika.db"), clock)
    queue.send("work", [b"1"])
    filler = fill(small_disk)
    with pytest.raises(OperatorError, match=FULL):
        queue.send("work", [bytes(100_000)])
    assert queue.receive("empty", wait=0.05) == []  # no pipe can be made either
    filler.unlink()
    assert [message.body for message in queue.receive("work", limit=5)] == [b"1"]


def test_a_full_disk_is_said_so_when_the_database_is_made(small_disk):
    fill(small_disk)
    with pytest.raises(OperatorError, match=FULL):
        Database(small_disk / "state" / "praktika.db")
    with pytest.raises(OperatorError, match=FULL):
        Database(small_disk / "praktika.db")


def test_a_read_only_disk_is_denied(small_disk, open_database):
    open_database(small_disk / "praktika.db").close()
    LocalBlobs(small_disk).put("a", b"1")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(Denied, match=r"praktika\.db"):
        LocalJournal(open_database(small_disk / "praktika.db")).append("run", 0, [event(1)])
    with pytest.raises(Denied, match="cannot write blob a"):
        LocalBlobs(small_disk).put("a", b"2")
    assert LocalBlobs(small_disk).get("a") == b"1"


def test_a_folder_of_somebody_else_is_denied_to_the_database(somewhere):
    with as_nobody(somewhere):
        with pytest.raises(Denied, match=str(somewhere)):
            Database(somewhere / "state" / "praktika.db")
        with pytest.raises(Denied, match=r"praktika\.db"):
            Database(somewhere / "praktika.db")


def test_a_folder_of_somebody_else_is_denied_to_blobs(somewhere):
    LocalBlobs(somewhere).put("secret/a", b"1")
    with as_nobody(somewhere):
        blobs = LocalBlobs(somewhere)
        for write in (
            blobs.stream,
            lambda key: blobs.put(key, b""),
            lambda k: blobs.create(k, b""),
        ):
            with pytest.raises(Denied, match="cannot write blob"):
                write("mine/a")
        with pytest.raises(Denied, match="cannot write"):
            blobs.fetch("secret/a", somewhere / "target")


def test_what_is_forbidden_never_looks_absent(somewhere, tmp_path):
    LocalBlobs(somewhere).put("secret/a", b"1")
    (somewhere / "secret").chmod(0o000)
    with as_nobody(somewhere):
        blobs = LocalBlobs(somewhere)
        for read in (blobs.get, blobs.list, lambda key: blobs.fetch(key, tmp_path / "target")):
            with pytest.raises(Denied):
                read("secret/a" if read != blobs.list else "secret")
    (somewhere / "secret").chmod(0o755)
