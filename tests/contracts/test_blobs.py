"""The contract of `Blobs`."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from praktika.errors import Absent, Conflict

BYTES = bytes(range(256))


def test_what_was_put_is_got(blobs):
    blobs.put("a/b/c.json", BYTES)
    blobs.put("empty", b"")
    assert blobs.get("a/b/c.json") == BYTES
    assert blobs.get("empty") == b""


def test_tags_change_nothing_of_what_is_stored(blobs):
    blobs.put("a", b"1", tags={"team": "core"})
    assert blobs.get("a") == b"1"
    blobs.put("a", b"2")
    assert blobs.get("a") == b"2"


def test_putting_replaces_what_was_there(blob_doors):
    mine, theirs = blob_doors(), blob_doors()
    mine.put("a", b"long content")
    theirs.put("a", b"short")
    assert mine.get("a") == b"short"


def test_a_file_is_put_by_its_path(blobs, tmp_path):
    source = tmp_path / "source file"
    source.write_bytes(BYTES * 5000)
    blobs.put("a/copy", source)
    assert blobs.get("a/copy") == BYTES * 5000
    source.write_bytes(b"changed")
    assert blobs.get("a/copy") == BYTES * 5000
    assert source.exists()


def test_putting_a_file_that_is_not_there_is_absent_and_changes_nothing(blobs, tmp_path):
    blobs.put("a", b"old")
    with pytest.raises(Absent, match="nowhere"):
        blobs.put("a", tmp_path / "nowhere")
    assert blobs.get("a") == b"old"


def test_what_is_absent_is_said_to_be_so(blobs, tmp_path):
    blobs.put("a/b", b"1")
    for key in ("nothing", "a", "a/c", "a/b/c", "a/b/c/d"):
        with pytest.raises(Absent, match=key):
            blobs.get(key)
        with pytest.raises(Absent, match=key):
            blobs.fetch(key, tmp_path / "file")
    assert not (tmp_path / "file").exists()


def test_a_deleted_blob_is_gone_and_may_be_created_anew(blob_doors, tmp_path):
    mine, theirs = blob_doors(), blob_doors()
    mine.put("a/b", b"1")
    mine.put("a/c", b"2")
    theirs.delete("a/b")
    with pytest.raises(Absent):
        mine.get("a/b")
    assert mine.list("a") == ["a/c"]
    mine.create("a/b", b"3")
    assert theirs.get("a/b") == b"3"


def test_deleting_what_is_not_there_does_nothing(blobs):
    blobs.put("a/b", b"1")
    for key in ("a", "a/c", "a/b/c", "nothing"):
        blobs.delete(key)
    assert blobs.list("") == ["a/b"]
    with pytest.raises(ValueError, match="not a blob key"):
        blobs.delete("../a")


def test_a_blob_is_created_where_nothing_is_yet(blobs):
    blobs.create("claims/1", b"mine")
    assert blobs.get("claims/1") == b"mine"


@pytest.mark.parametrize("first", ["create", "put"])
def test_a_taken_key_is_a_conflict_and_keeps_its_blob(blob_doors, first):
    mine, theirs = blob_doors(), blob_doors()
    getattr(mine, first)("claims/1", b"mine")
    with pytest.raises(Conflict, match="claims/1"):
        theirs.create("claims/1", b"theirs")
    assert theirs.get("claims/1") == b"mine"
    assert theirs.list("") == ["claims/1"]
    theirs.put("claims/1", b"replaced")
    assert mine.get("claims/1") == b"replaced"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        *((0, None), (0, 10), (3, 10), (3, None), (3, 3), (5, 3), (250, 300), (256, None)),
        *((999, 1002), (0, 0), (999, None), (0, 1 << 50)),
    ],
)
def test_a_range_is_cut_as_python_cuts(blobs, start, end):
    blobs.put("a", BYTES)
    assert blobs.get("a", start, end) == BYTES[start:end]


@pytest.mark.parametrize(("start", "end"), [(-1, None), (0, -1), (-5, -2)])
def test_a_negative_bound_is_refused(blobs, start, end):
    blobs.put("a", BYTES)
    with pytest.raises(ValueError, match="range"):
        blobs.get("a", start, end)


def test_a_blob_is_fetched_into_a_file_replacing_it(blobs, tmp_path):
    blobs.put("a/b", BYTES)
    target = tmp_path / "target file"
    blobs.fetch("a/b", target)
    assert target.read_bytes() == BYTES
    blobs.put("a/b", b"new")
    blobs.fetch("a/b", target)
    assert target.read_bytes() == b"new"
    target.write_bytes(b"mine now")
    assert blobs.get("a/b") == b"new"


def test_a_stream_can_be_read_while_it_grows(blob_doors):
    mine, theirs = blob_doors(), blob_doors()
    with mine.stream("runs/1/job.log") as log:
        assert theirs.get("runs/1/job.log") == b""
        assert log.write(b"one\n") == 4
        log.flush()
        assert theirs.get("runs/1/job.log") == b"one\n"
        log.write(bytearray(b"two\n"))
        log.write(memoryview(b"three\n"))
        log.flush()
        assert theirs.get("runs/1/job.log", 4) == b"two\nthree\n"
        assert theirs.list("runs/1") == ["runs/1/job.log"]
    assert theirs.get("runs/1/job.log") == b"one\ntwo\nthree\n"
    with pytest.raises(ValueError, match="closed"):
        log.write(b"four")


def test_a_stream_is_new(blobs):
    blobs.put("log", b"of an earlier attempt")
    with blobs.stream("log") as log:
        assert blobs.get("log") == b""
        log.write(b"1")
    with blobs.stream("log") as log:
        log.write(b"2")
    assert blobs.get("log") == b"2"


def test_a_stream_takes_much_at_once(blobs):
    with blobs.stream("log") as log:
        assert log.write(BYTES * 40_000) == 256 * 40_000
    assert blobs.get("log") == BYTES * 40_000


def test_the_keys_below_a_prefix_are_listed_sorted(blobs):
    keys = ["runs/1/a", "runs/1/a.b/c", "runs/1/B", "runs/10/a", "runs/2", "x", "runs.txt"]
    for key in reversed(keys):
        blobs.put(key, b"")
    assert blobs.list("runs/1") == ["runs/1/B", "runs/1/a", "runs/1/a.b/c"]
    assert blobs.list("runs/1/") == blobs.list("runs/1")
    assert blobs.list("runs/1/a.b") == ["runs/1/a.b/c"]
    assert blobs.list("runs") == ["runs/1/B", "runs/1/a", "runs/1/a.b/c", "runs/10/a", "runs/2"]
    assert blobs.list("") == sorted(keys)


def test_below_nothing_there_are_no_keys(blobs):
    assert blobs.list("") == []
    blobs.put("a/b", b"")
    assert blobs.list("a/b") == []  # a key is not below itself
    assert blobs.list("c") == []
    assert blobs.list("a/b/c") == []


BAD_KEYS = [
    *("", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "../a", "a/../b", "a/..", "a/./b"),
    *("a b", "a\n", "a\0", "ä", "a\\b", "~a", "a:b", "a%2fb", "x" * 256, "a/" * 600 + "a"),
]
GOOD_KEYS = ["a", "...", "a..b", ".hidden", "..a", "a/...", "-", "_", "A.9-z_", "x" * 255]


@pytest.mark.parametrize("key", BAD_KEYS)
def test_what_is_no_key_is_refused_everywhere(blobs, tmp_path, key):
    calls = [
        lambda: blobs.put(key, b""),
        lambda: blobs.create(key, b""),
        lambda: blobs.get(key),
        lambda: blobs.fetch(key, tmp_path / "file"),
        lambda: blobs.stream(key),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="not a blob key"):
            call()
    if key not in ("", "a/"):
        with pytest.raises(ValueError, match="not a blob key"):
            blobs.list(key)
    assert blobs.list("") == []


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_every_key_of_the_alphabet_is_taken(blobs, key):
    blobs.create(key, b"1")
    assert blobs.get(key) == b"1"
    assert blobs.list("") == [key]


@pytest.mark.parametrize("blob_doors", ["memory", "local"], indirect=True)
def test_a_key_cannot_be_a_blob_and_a_folder_of_blobs(blobs):
    """Folders cannot hold both; S3 could, and looking would cost it a request for each `put`."""
    blobs.put("a/b", b"1")
    for store in (lambda key: blobs.put(key, b"2"), lambda key: blobs.create(key, b"2")):
        for key in ("a", "a/b/c", "a/b/c/d"):
            with pytest.raises(ValueError, match="folder"):
                store(key)
    assert blobs.list("") == ["a/b"]
    assert blobs.get("a/b") == b"1"


# Concurrency


def test_of_eight_threads_that_create_one_blob_one_wins(blob_doors):
    for round_number in range(10):
        key, start = f"claims/{round_number}", threading.Barrier(8)

        def create(number: int, key=key, start=start) -> bool:
            door = blob_doors()
            start.wait()
            try:
                door.create(key, str(number).encode() * 5000)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(create, range(8)))
        assert won.count(True) == 1
        assert blob_doors().get(key) == str(won.index(True)).encode() * 5000


def test_readers_see_an_old_or_a_new_blob_whole(blob_doors, tmp_path):
    old, new = b"o" * 200_000, b"n" * 300_000
    blob_doors().put("a", old)
    over = threading.Event()

    def replace() -> None:
        door = blob_doors()
        source = tmp_path / "source"
        source.write_bytes(old)
        for _ in range(60):
            door.put("a", new)
            door.put("a", source)
        over.set()

    def read(number: int) -> set[bytes]:
        door, seen = blob_doors(), set()
        while not over.is_set():
            if number:
                seen.add(door.get("a"))
            else:
                door.fetch("a", tmp_path / "fetched")
                seen.add((tmp_path / "fetched").read_bytes())
        return seen

    with ThreadPoolExecutor(3) as pool:
        seen = [pool.submit(read, number) for number in range(2)]
        replace()
    for one in seen:
        assert one.result() <= {old, new}


def test_a_reader_of_a_created_blob_sees_it_whole(blob_doors):
    content = b"x" * 300_000
    seen: set[bytes] = set()
    over = threading.Event()

    def read() -> None:
        door = blob_doors()
        while not over.is_set():
            for number in range(40):
                with suppress(Absent):
                    seen.add(door.get(f"a/{number}"))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(40):
        blob_doors().create(f"a/{number}", content)
    over.set()
    reader.join()
    assert seen <= {content}


# Real processes: local only.


def test_of_eight_processes_that_create_one_blob_one_wins(race, tmp_path):
    won = race(8, "create_blob", tmp_path / "blobs")
    assert won.count(True) == 1
    written = (tmp_path / "blobs/claims/job").read_bytes()
    assert written == str(won.index(True)).encode() * 1000
    assert [path.name for path in (tmp_path / "blobs/claims").iterdir()] == ["job"]


def test_processes_that_replace_one_blob_leave_it_whole(race, tmp_path):
    race(3, "put_blobs", tmp_path / "blobs", 200)
    written = (tmp_path / "blobs/one").read_bytes()
    assert len(set(written)) == 1
    assert (len(written) - 1000) % 997 == 0
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == ["one"]


def test_the_size_is_that_of_what_was_stored(blobs):
    blobs.put("a/b", b"12345")
    assert blobs.size("a/b") == 5
    blobs.put("a/b", b"")
    assert blobs.size("a/b") == 0


def test_the_size_of_a_stream_grows_with_it(blobs):
    with blobs.stream("log") as stream:
        stream.write(b"123")
        stream.flush()
        assert blobs.size("log") == 3
        stream.write(b"45")
        stream.flush()
        assert blobs.size("log") == 5


def test_what_is_absent_has_no_size(blobs):
    blobs.put("a/b", b"1")
    for key in ("nowhere", "a", "a/b/c"):
        with pytest.raises(Absent):
            blobs.size(key)
