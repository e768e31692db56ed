"""The part of a log that tells most: the end, or the lines around the first error."""

from __future__ import annotations

import mmap
from pathlib import Path

LINES = 300
_BEFORE = 50
_BYTES = 256 * 1024
_ERROR = b": error:"
_WARNING = b": warning:"


def excerpt(path: Path, *, failed: bool) -> tuple[str, bool]:
    """At most 300 lines of a log, and whether that leaves something out.

    A short log is shown whole. Of a longer one: the first line with ": error:", 50 lines before it
    and 249 after it; without one, the last 300 lines. The log of a success has no errors, so there
    ": warning:" serves instead.

    Args:
        path: of the log; a missing one counts as empty.
        failed: whether the command failed.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return "", False
    if size == 0:
        return "", False
    with path.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as log:
        start = _last_lines(log, size, LINES)
        end = size
        if start > 0:
            hit = log.find(_ERROR if failed else _WARNING)
            if hit >= 0:
                start = _last_lines(log, _line_end(log, hit), _BEFORE + 1)
                end = _first_lines(log, start, LINES)
        if hit_limit := end - start > _BYTES:
            start = end - _BYTES
        text = log[start:end].decode("utf-8", "replace")
    return text.rstrip("\n"), hit_limit or end - start < size


def _last_lines(log: mmap.mmap, end: int, count: int) -> int:
    """Where the last `count` lines before `end` begin."""
    position = end - 1 if log[end - 1] == ord("\n") else end
    for _ in range(count):
        position = log.rfind(b"\n", 0, position)
        if position < 0:
            return 0
    return position + 1


def _first_lines(log: mmap.mmap, start: int, count: int) -> int:
    """Where the first `count` lines from `start` on end."""
    position = start
    for _ in range(count):
        found = log.find(b"\n", position)
        if found < 0:
            return len(log)
        position = found + 1
    return position


def _line_end(log: mmap.mmap, position: int) -> int:
    found = log.find(b"\n", position)
    return len(log) if found < 0 else found + 1
