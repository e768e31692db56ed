"""Row 11: archives that would reach out of their folder, or fill the disk."""

from __future__ import annotations

import itertools
import os
import tarfile
import tempfile
from pathlib import Path

import pytest

from praktika.runner.archive import Limits, Refused, pack, unpack
from praktika.runner.archive.headers import FILE, Entry, header

IN_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
FIFO, DEVICE, LINK, HARD, FOLDER = (
    tarfile.FIFOTYPE,
    tarfile.CHRTYPE,
    tarfile.SYMTYPE,
    tarfile.LNKTYPE,
    tarfile.DIRTYPE,
)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, mode
    return info


def archive(path: Path, *entries: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for entry in entries:
            tar.addfile(entry)
    return path


def refusal(top: Path, packed: Path, limits: Limits | None = None, *, is_compressed=False) -> str:
    before = sorted(os.listdir(top))
    with pytest.raises(Refused) as refused:
        unpack(packed, top / "out", limits, is_compressed=is_compressed)
    assert sorted(os.listdir(top)) == before
    return str(refused.value)


A_FILE = member("first/file")
DOWN = member("x/y/z/top", LINK, "../../..")


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ([member("../out")], "'../out'"),
        ([member("/tmp/praktika-out")], "'/tmp/praktika-out'"),
        ([member("//tmp/praktika-out")], "'//tmp/praktika-out'"),
        ([member("a/../../out")], "'a/../../out'"),
        ([member("a/..", FOLDER)], "'a/..'"),
        ([member("..", FOLDER)], "'..'"),
        ([member("")], "''"),
        ([member(".")], "'.'"),
        ([member("device", DEVICE)], "'device'"),
        ([member("pipe", FIFO)], "'pipe'"),
        ([member("odd", b"Z")], "'odd'"),
        ([member("link", LINK, "/etc")], "'link' is a link to '/etc'"),
        ([member("link", LINK, "..")], "'link' is a link to '..'"),
        ([member("link", LINK, "")], "'link' is a link to ''"),
        ([member("a/link", LINK, "../../x")], "'a/link' is a link to '../../x'"),
        ([DOWN, member("out", LINK, "x/y/z/top/../../etc")], "'out' is a link"),
        ([DOWN, member("out", LINK, "x/y/z/top/..")], "'out' is a link"),
        ([member("a", LINK, "b"), member("a/file")], "'a/file' leads through 'a'"),
        ([DOWN, member("x/y/z/top/file")], "'x/y/z/top/file' leads through"),
        ([member("a", LINK, "."), member("a/b/c", FOLDER)], "'a/b/c' leads through 'a'"),
        ([member("a", LINK, "."), member("a", FOLDER)], "'a'"),
        ([member("a", LINK, "b"), member("a")], "'a' twice"),
        (
            [member("a", LINK, "b"), member("b"), member("c", HARD, "a")],
            "'c' is a hard link to 'a'",
        ),
        ([member("hard", HARD, "../../etc/passwd")], "'hard' is a hard link"),
        ([member("hard", HARD, "/etc/passwd")], "'hard' is a hard link to '/etc/passwd'"),
        ([member("a", LINK, "."), member("h", HARD, "a/first/file")], "'h' is a hard link"),
        ([member("hard", HARD, "absent")], "'hard' is a hard link to 'absent'"),
        ([member("d", FOLDER), member("hard", HARD, "d")], "'hard' is a hard link to 'd'"),
        ([member("a"), member("a")], "'a' twice"),
        ([member("a"), member("a/b")], "'a'"),
        ([member("a"), member("a", FOLDER)], "'a'"),
        ([member("a", FOLDER), member("a")], "'a' twice"),
        ([member("a"), member("a", LINK, "b")], "'a' twice"),
        ([member("su", mode=0o4755)], "'su' would run as another user"),
        ([member("sg", mode=0o2755)], "'sg' would run as another user"),
        ([member("/".join("d" * 300))], "256 folders deep"),
    ],
)
def test_row_11_an_entry_that_reaches_out_is_refused_by_name(tmp_path, entries, named):
    assert named in refusal(tmp_path, archive(tmp_path / "p", A_FILE, *entries))


def test_row_11_a_nul_in_a_name_is_refused(tmp_path):
    info = member("x")
    info.pax_headers = {"path": "a\0b"}
    assert "'a\\x00b'" in refusal(tmp_path, archive(tmp_path / "p", info))


def test_a_newline_in_a_name_is_data_and_is_shown_in_one_line(tmp_path):
    packed = archive(tmp_path / "p", member("a\nb"), member("a\nb"))
    assert refusal(tmp_path, packed) == "it has 'a\\nb' twice"


def test_sticky_bits_and_those_of_folders_are_cleared(tmp_path):
    packed = archive(tmp_path / "p", member("d", FOLDER, mode=0o7000), member("x", mode=0o1644))
    unpack(packed, tmp_path / "out", is_compressed=False)
    assert [(tmp_path / "out" / name).stat().st_mode & 0o7777 for name in "dx"] == [0o700, 0o644]


def test_links_inside_stay_and_may_lead_through_one_another(tmp_path):
    packed = archive(tmp_path / "p", member("x/file"), DOWN, member("l", LINK, "x/y/z/top/x/file"))
    unpack(packed, tmp_path / "out", is_compressed=False)
    assert (tmp_path / "out/l").resolve() == (tmp_path / "out/x/file").resolve()


def bomb(top: Path, size: int) -> Path:
    (top / "zeros").write_bytes(bytes(size))
    pack(top, [b"zeros"], top / "p", Limits(ratio=10**9))
    (top / "zeros").unlink()
    assert size > 5_000 * (top / "p").stat().st_size
    return top / "p"


def test_row_11_a_bomb_is_stopped_early(tmp_path):
    packed = bomb(tmp_path, 64 << 20)
    text = refusal(tmp_path, packed, Limits(exempt=1 << 20), is_compressed=True)
    assert "with 'zeros'" in text
    text = refusal(tmp_path, packed, Limits(bytes=1 << 20), is_compressed=True)
    assert "larger than the 1,048,576 bytes" in text
    unpack(packed, tmp_path / "out", Limits())


def test_row_11_a_size_that_cannot_be_is_refused_before_a_byte_is_written(tmp_path):
    (tmp_path / "p").write_bytes(header(Entry(b"huge", FILE, 1 << 60, 0o644, 0)) + bytes(4096))
    assert "with 'huge'" in refusal(tmp_path, tmp_path / "p")


def test_row_11_more_entries_than_allowed_are_refused(tmp_path):
    packed = archive(tmp_path / "p", *(member(f"f{i}") for i in range(10)))
    assert "more than 9 entries (ARTIFACT_MAX_FILES), with 'f9'" in refusal(
        tmp_path, packed, Limits(files=9)
    )
    packed = archive(tmp_path / "p", member("a/b/c/d/e/f/g/h/i/j"))
    assert "more than 9 entries" in refusal(tmp_path, packed, Limits(files=9))


def test_row_11_a_huge_header_is_refused(tmp_path):
    (tmp_path / "p").write_bytes(header(Entry(b"x", b"x", 1 << 30, 0o644, 0)) + bytes(4096))
    assert "a header of 1,073,741,824 bytes" in refusal(tmp_path, tmp_path / "p")


def test_row_11_archives_never_reach_out_whatever_their_order():
    """Every order of hostile pieces: whatever is accepted stays inside."""
    pieces = [
        member("a", LINK, "b"),
        member("b", LINK, "."),
        member("b/c", LINK, ".."),
        member("a/c"),
        member("b/a", FOLDER),
        member("c", HARD, "a"),
        member("a", FOLDER),
    ]
    for chosen in itertools.permutations(pieces, 3):
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            top = Path(folder)
            (top / "canary").write_text("x")
            try:
                unpack(archive(top / "p", *chosen), top / "out", is_compressed=False)
            except Refused:
                assert not (top / "out").exists()
            assert sorted(set(os.listdir(top)) - {"out"}) == ["canary", "p"]
            for path in (top / "out").rglob("*"):
                assert path.resolve().is_relative_to((top / "out").resolve())
