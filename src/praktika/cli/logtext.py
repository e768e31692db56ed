"""Reading logs: whole, their end, and while they grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from praktika.errors import Absent
from praktika.ports.blobs import Blobs

_CHUNK = 1 << 20
_WIDEST = 400
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")


def read_from(blobs: Blobs, key: str, start: int = 0) -> Iterator[bytes]:
    """The bytes from `start` on, in pieces; none if there is no such log yet."""
    while True:
        try:
            piece = blobs.get(key, start, start + _CHUNK)
        except Absent:
            return
        if not piece:
            return
        yield piece
        start += len(piece)


def start_of_last_lines(blobs: Blobs, key: str, lines: int) -> int:
    """Where the last `lines` lines begin; only the end of the log is read.

    Raises:
        Absent: there is no such log.
    """
    end = blobs.size(key)
    start = end
    if lines <= 0 or end == 0:
        return end
    # The newline that ends the last line starts no further one.
    wanted = lines + (blobs.get(key, end - 1, end) == b"\n")
    while start > 0:
        begin = max(0, start - _CHUNK)
        piece = blobs.get(key, begin, start)
        count = piece.count(b"\n")
        if count >= wanted:
            return begin + _nth_from_end(piece, wanted) + 1
        wanted -= count
        start = begin
    return 0


def last_lines(blobs: Blobs, key: str, lines: int) -> list[str]:
    """The last lines as text for people, without what they say to a terminal."""
    try:
        start = start_of_last_lines(blobs, key, lines)
        text = b"".join(read_from(blobs, key, max(start, blobs.size(key) - _CHUNK)))
    except Absent:
        return []
    return readable(text.decode("utf-8", "replace"))[-lines:]


def readable(text: str) -> list[str]:
    """The lines of a terminal's output: without control sequences, overwritten text left out.

    Lines that nobody would read are cut.
    """
    plain = _CONTROL.sub("", text).replace("\0", "")
    lines = plain.rstrip().split("\n") if plain.strip() else []
    return [_shown(line.rstrip("\r").rsplit("\r", 1)[-1].rstrip()) for line in lines]


def _shown(line: str) -> str:
    return line if len(line) <= _WIDEST else f"{line[:_WIDEST]}... ({len(line):,} characters)"


def follow(
    blobs: Blobs, key: str, start: int, *, is_over: Callable[[], bool], pause: Callable[[], None]
) -> Iterator[bytes]:
    """The bytes from `start` on as they come, until it is over and all were given.

    Args:
        blobs: where the log is.
        key: of the log; it need not be there yet.
        start: first byte.
        is_over: whether nothing more will be written; asked before the last look.
        pause: waits a moment.
    """
    while True:
        over = is_over()
        for piece in read_from(blobs, key, start):
            start += len(piece)
            yield piece
        if over:
            return
        pause()


def _nth_from_end(piece: bytes, count: int) -> int:
    """Where the newline is that has `count - 1` others after it."""
    position = len(piece)
    for _ in range(count):
        position = piece.rindex(b"\n", 0, position)
    return position
