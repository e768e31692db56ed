"""Archives: what is packed comes out again, and other programs read and write the same."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from praktika.runner.archive import Limits, Refused, pack, streams, unpack
from praktika.runner.archive.headers import BLOCK, FILE, Entry, header, parse, record, records

IN_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
LONG = "ö" * 100
DEEP = "/".join(["d" * 60] * 5)


def tree(top: Path) -> dict[bytes, object]:
    """Everything below a folder, in a form to compare."""
    found: dict[bytes, object] = {}
    root = os.fsencode(top)
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = folder + b"/" + name
            facts = os.lstat(path)
            key = path[len(root) + 1 :]
            if stat.S_ISLNK(facts.st_mode):
                found[key] = os.readlink(path)
            elif stat.S_ISDIR(facts.st_mode):
                found[key] = stat.S_IMODE(facts.st_mode)
            else:
                content = Path(os.fsdecode(path)).read_bytes()
                mode = stat.S_IMODE(facts.st_mode)
                found[key] = (mode, int(facts.st_mtime), facts.st_nlink, content)
    return found


@pytest.fixture
def source(tmp_path):
    """A folder with everything that is hard to pack."""
    top = tmp_path / "source"
    for folder in ("empty", "a/b", LONG, DEEP):
        (top / folder).mkdir(parents=True)
    (top / "a/run").write_bytes(b"#!/bin/sh")
    (top / "a/run").chmod(0o750)
    (top / "a/b/big").write_bytes(os.urandom(3 << 20) + bytes(1 << 20))
    (top / "a/b/none").touch()
    (top / "a/b/block").write_bytes(b"x" * 512)
    (top / f"{LONG}/{LONG}").write_bytes(b"long")
    (top / DEEP / "x").write_bytes(b"deep")
    (top / "new\nline").write_bytes(b"1")
    Path(os.fsdecode(os.fsencode(top) + b"/latin-\xe9")).write_bytes(b"2")
    Path(os.fsdecode(os.fsencode(top) + b"/" + b"\xe9" * 150)).write_bytes(b"3")
    (top / "a/link").symlink_to("../empty")
    (top / "a/dangling").symlink_to("b/" + "n" * 150)
    os.link(top / "a/run", top / "hard")
    os.utime(top / "a/run", (1, 1))
    os.utime(top / "a/b/none", (-5, -5))
    (top / "read-only").write_bytes(b"")
    (top / "read-only").chmod(0o400)
    os.mkfifo(top / "pipe")
    return top


def without_pipe(found: dict[bytes, object]) -> dict[bytes, object]:
    return {name: what for name, what in found.items() if name != b"pipe"}


def expected(source: Path) -> dict[bytes, object]:
    (source / "pipe").unlink()
    return tree(source)


def test_everything_arrives(source, tmp_path):
    packed = pack(source, [b"."], tmp_path / "p")
    data = (tmp_path / "p").read_bytes()
    assert (packed.size, packed.sha256) == (len(data), sha256(data).hexdigest())
    unpack(tmp_path / "p", tmp_path / "out")
    wanted = expected(source)
    assert tree(tmp_path / "out") == wanted
    assert packed.files == sum(not isinstance(what, int) for what in wanted.values())


def test_the_same_files_make_the_same_archive(source, tmp_path):
    first, second = (pack(source, [b"."], tmp_path / name) for name in "ab")
    assert first == second


def test_gnu_tar_reads_what_is_packed(source, tmp_path):
    pack(source, [b"."], tmp_path / "p")
    plain = b"".join(streams.decompressed(tmp_path / "p"))
    out = tmp_path / "out"
    out.mkdir()
    command = ["tar", "-x", "-p", "-C", str(out)]
    subprocess.run(command, input=plain, check=True, stderr=subprocess.DEVNULL)
    assert tree(out) == expected(source)


def test_tarfile_reads_what_is_packed(source, tmp_path):
    pack(source, [b"."], tmp_path / "p")
    plain = b"".join(streams.decompressed(tmp_path / "p"))
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        names = {os.fsencode(member.name) for member in tar}
    assert names == set(expected(source))


@pytest.mark.parametrize("form", ["gnu", "pax", "ustar"])
def test_what_gnu_tar_packs_is_read(source, tmp_path, form):
    if form == "ustar":  # which has no room for these
        shutil.rmtree(source / LONG)
        shutil.rmtree(source / DEEP.split("/")[0])
        (source / "a/dangling").unlink()
        os.utime(source / "a/b/none", (5, 5))
        os.unlink(os.fsencode(source) + b"/" + b"\xe9" * 150)
    wanted = expected(source)
    packed = tmp_path / "p.tar"
    subprocess.run(
        ["tar", "-c", f"--format={form}", "-f", packed, "-C", source, "."],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    unpack(packed, tmp_path / "out", is_compressed=False)
    assert tree(tmp_path / "out") == wanted


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_tarfile_packs_is_read(source, tmp_path, form):
    wanted = expected(source)
    with tarfile.open(tmp_path / "p.tar", "w", format=form) as tar:
        tar.add(source, arcname=".")
    unpack(tmp_path / "p.tar", tmp_path / "out", is_compressed=False)
    assert tree(tmp_path / "out") == wanted


def test_the_zstd_program_reads_and_writes_the_same(source, tmp_path):
    if not shutil.which("zstd"):
        pytest.skip("there is no zstd here")
    pack(source, [b"."], tmp_path / "p")
    plain = subprocess.run(["zstd", "-dc", tmp_path / "p"], check=True, stdout=subprocess.PIPE)
    assert plain.stdout == b"".join(streams.decompressed(tmp_path / "p"))
    packed = subprocess.run(["zstd", "-c"], input=plain.stdout, check=True, stdout=subprocess.PIPE)
    (tmp_path / "q").write_bytes(packed.stdout)
    unpack(tmp_path / "q", tmp_path / "out")
    assert tree(tmp_path / "out") == expected(source)


def test_sizes_beyond_8_gib_have_a_header_that_others_read():
    size = 100 << 30
    data = header(Entry(b"x", FILE, size, 0o644, -3))
    listed = subprocess.run(
        ["tar", "-tv", "--utc"], input=data, stdout=subprocess.PIPE, stderr=-3, check=False
    )
    assert b" 107374182400 1969-12-31 23:59 x" in listed.stdout
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|") as reading:
        info = reading.next()
    assert info is not None
    assert (info.size, info.mtime) == (size, -3)
    gnu = tarfile.TarInfo("x")
    gnu.size = size
    gnu.mtime = -3
    entry = parse(gnu.tobuf(tarfile.GNU_FORMAT))
    assert (entry.size, entry.mtime) == (size, -3)


@given(st.binary(min_size=1).filter(lambda key: b"=" not in key), st.binary())
def test_pax_records_are_read_as_they_are_written(key, value):
    assert records(record(key, value)) == {key: value}


def test_bits_that_are_no_permissions_are_left_out(tmp_path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s/x").touch()
    (tmp_path / "s/x").chmod(0o6755)
    (tmp_path / "s").chmod(0o1777)
    pack(tmp_path, [b"s"], tmp_path / "p")
    unpack(tmp_path / "p", tmp_path / "out")
    assert tree(tmp_path / "out")[b"s"] == 0o777
    assert stat.S_IMODE((tmp_path / "out/s/x").stat().st_mode) == 0o755


def test_what_is_too_deep_to_be_unpacked_is_not_packed(tmp_path):
    top = tmp_path / "s"
    deep = top / "/".join("d" * 255)
    deep.mkdir(parents=True)
    (deep / "x").touch()
    pack(top, [b"."], tmp_path / "p")
    unpack(tmp_path / "p", tmp_path / "out")
    (deep / "e").mkdir()
    (deep / "e/x").touch()
    with pytest.raises(Refused, match="more than 256 folders deep"):
        pack(top, [b"."], tmp_path / "q")


def test_what_cannot_be_packed_leaves_nothing(tmp_path):
    with pytest.raises(FileNotFoundError):
        pack(tmp_path, [b"absent"], tmp_path / "p")
    assert os.listdir(tmp_path) == []


def test_a_truncated_archive_is_refused_and_leaves_nothing(source, tmp_path):
    pack(source, [b"."], tmp_path / "p")
    data = (tmp_path / "p").read_bytes()
    for end in (0, 10, len(data) // 2, len(data) - 1):
        (tmp_path / "q").write_bytes(data[:end])
        with pytest.raises(Refused, match="ends too early"):
            unpack(tmp_path / "q", tmp_path / "out")
        assert not (tmp_path / "out").exists()


@settings(max_examples=60)
@given(st.binary(max_size=3 * BLOCK))
def test_bytes_that_are_no_archive_are_refused(data):
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        packed = Path(folder) / "p"
        packed.write_bytes(data)
        for is_compressed in (True, False):
            if data[:BLOCK] == bytes(BLOCK) and not is_compressed:
                continue  # an empty one
            with pytest.raises(Refused):
                unpack(packed, Path(folder) / "out", is_compressed=is_compressed)


NAMES = st.one_of(
    st.binary(min_size=1, max_size=120).filter(
        lambda name: not {0, 47} & set(name) and name not in {b".", b".."}
    ),
    st.sampled_from([b"a", b"b", b" ", b"\n", b"-", "ö".encode(), b"\xff", b"n" * 255]),
)
CONTENT = st.one_of(
    st.none(),  # an empty folder
    st.tuples(st.binary(max_size=2000), st.integers(0, 0o777), st.integers(-10, 2**33)),
    st.sampled_from(["a", "../b", "a/ö", "."]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.lists(NAMES, min_size=1, max_size=4).map(tuple), CONTENT, max_size=8))
def test_any_tree_arrives(wanted):
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        top = os.fsencode(folder) + b"/in"
        os.mkdir(top)
        for parts, content in wanted.items():
            path = b"/".join([top, *parts])
            try:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                match content:
                    case None:
                        os.mkdir(path)
                    # a folder above may itself be a link that leads back to the top
                    case str() as link if not link.startswith("..") or not _is_at(path, top):
                        os.symlink(link, path)
                    case (data, mode, mtime):
                        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
                        os.write(file, data)
                        os.fchmod(file, mode)
                        os.utime(file, (mtime, mtime))
                        os.close(file)
            except OSError:  # it is there already, or below a file
                continue
        here = Path(folder)
        if os.geteuid() != 0:
            os.system(f"chmod -R u+rX {here / 'in'}")
        pack(here / "in", [b"."], here / "p")
        unpack(here / "p", here / "out")
        assert tree(here / "out") == tree(here / "in")


def _is_at(path: bytes, folder: bytes) -> bool:
    return os.path.realpath(os.path.dirname(path)) == os.path.realpath(folder)


def test_memory_and_disk_stay_bounded(tmp_path):
    import tracemalloc

    with (tmp_path / "x").open("wb") as file:
        for _ in range(64):
            file.write(os.urandom(1 << 20))
    tracemalloc.start()
    pack(tmp_path, [b"x"], tmp_path / "p")
    unpack(tmp_path / "p", tmp_path / "out")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 << 20


def test_limits_count_while_it_is_packed(source, tmp_path):
    with pytest.raises(Refused, match="more than 3 entries"):
        pack(source, [b"."], tmp_path / "p", Limits(files=3))
    with pytest.raises(Refused, match="more than 2,000,000 bytes"):
        pack(source, [b"."], tmp_path / "p", Limits(bytes=2_000_000))
    (source / "zeros").write_bytes(bytes(20 << 20))
    with pytest.raises(Refused, match="1,000 times smaller"):
        pack(source, [b"zeros"], tmp_path / "p", Limits(exempt=1 << 20))
    assert sorted(os.listdir(tmp_path)) == ["source"]
