"""Reading logs from either end and while they grow."""

import pytest

from praktika.adapters.memory.blobs import MemoryBlobs
from praktika.cli import logtext
from praktika.errors import Absent


@pytest.fixture
def blobs(monkeypatch) -> MemoryBlobs:
    # Small pieces, so that every log here has several.
    monkeypatch.setattr(logtext, "_CHUNK", 7)
    return MemoryBlobs()


def tail(blobs: MemoryBlobs, data: bytes, lines: int) -> bytes:
    blobs.put("log", data)
    return data[logtext.start_of_last_lines(blobs, "log", lines) :]


@pytest.mark.parametrize("data", [b"", b"one", b"one\n", b"a long first line\nb\n\nc\n", b"\n\n\n"])
@pytest.mark.parametrize("lines", range(6))
def test_the_last_lines_are_those_that_splitlines_finds(blobs, data, lines):
    expected = data.splitlines(keepends=True)[-lines:] if lines else []
    assert tail(blobs, data, lines) == b"".join(expected)


def test_a_log_is_read_whole_in_pieces(blobs):
    data = bytes(range(256))
    blobs.put("log", data)
    pieces = list(logtext.read_from(blobs, "log"))
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) == 7
    assert b"".join(logtext.read_from(blobs, "log", 250)) == data[250:]


def test_a_log_that_is_not_there_yet_is_empty(blobs):
    assert list(logtext.read_from(blobs, "log")) == []
    assert logtext.last_lines(blobs, "log", 3) == []
    with pytest.raises(Absent):
        logtext.start_of_last_lines(blobs, "log", 3)


def test_following_gives_every_byte_once_and_the_last_ones_too(blobs):
    steps = iter([None, b"first ", b"first and second ", None, b"first and second and last"])
    over = iter([False, False, False, True])

    def pause() -> None:
        data = next(steps)
        if data is not None:
            blobs.put("log", data)

    def is_over() -> bool:
        answer = next(over)
        if answer:
            # What is written after the job settled and before the last look counts.
            blobs.put("log", b"first and second and last")
        return answer

    found = logtext.follow(blobs, "log", 0, is_over=is_over, pause=pause)
    assert b"".join(found) == b"first and second and last"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        (" \n\n", []),
        ("\x1b[31mred\x1b[0m\n", ["red"]),
        ("\x1b]0;title\x07shown\x1b]8;;http://x\x1b\\link", ["shownlink"]),
        ("10%\r50%\r100%\r\ndone\r\n", ["100%", "done"]),
        ("a\n\nb  ", ["a", "", "b"]),
    ],
)
def test_terminal_output_becomes_lines_for_people(text, lines):
    assert logtext.readable(text) == lines


def test_last_lines_of_bytes_that_are_no_text():
    blobs = MemoryBlobs()
    blobs.put("log", b"first\n\xff\xfe third\n")
    assert logtext.last_lines(blobs, "log", 1) == ["\ufffd\ufffd third"]


def test_a_line_without_end_is_cut_rather_than_read_whole(blobs):
    blobs.put("log", b"x" * 100)
    assert logtext.last_lines(blobs, "log", 3) == ["x" * 7]
