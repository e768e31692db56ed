"""Segments of a footprint's patterns: how they are read, and which names they match.

Names are text as `os.fsdecode` gives it on a UTF-8 system: bytes that are no UTF-8 are surrogates.
They are compared as they are: case counts, and Unicode is not normalised.

- `*` any characters, `?` one, `[abc]`, `[a-z]`, `[!a-z]` one of them or none of them; a leading dot
  is nothing special. None of these crosses "/". A "[" that is never closed is itself.
- `**` as a whole segment: any number of folders, also none. Within a segment it is a `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

ANY = "*"
DEEP = "**"


def segments_of(pattern: str) -> tuple[str, ...]:
    """The pattern's segments, normalised; empty means everything.

    "./x", "x/", "/x" and "x//." are all `x`. A `**` at the end asks for something below.
    """
    found: list[str] = []
    for segment in pattern.split("/"):
        if segment in {"", "."} or (segment == DEEP and found[-1:] == [DEEP]):
            continue
        is_star = segment != DEEP and not segment.strip("*")
        found.append(ANY if is_star else segment)
    return (*found, ANY) if found[-1:] == [DEEP] else tuple(found)


def path_of(path: str) -> tuple[str, ...]:
    """The names on the way to a path."""
    return tuple(name for name in path.split("/") if name not in {"", "."})


def has_magic(segment: str) -> bool:
    """Whether a segment can match another name than itself."""
    return "*" in segment or "?" in segment or any(len(part) > 1 for part in _parts(segment))


def escaped(path: tuple[str, ...]) -> tuple[str, ...]:
    """The pattern that matches this path alone."""
    return tuple(re.sub(r"[*?[]", r"[\g<0>]", name) for name in path)


@lru_cache(maxsize=4096)
def matcher(segment: str) -> re.Pattern[str] | None:
    """What a name must match in full; None if the name must be the segment itself."""
    return re.compile(_expression(segment)) if has_magic(segment) else None


def alternatives(segments: Iterable[str]) -> re.Pattern[str]:
    """What a name must match in full that any of these segments match."""
    return re.compile("|".join(map(_expression, sorted(segments))) or "(?!)")


def is_simple(segment: str) -> bool:
    """Whether it is made of letters and `*` alone, so that it matches bytes as it does text."""
    is_unicode = not any("\ud800" <= char <= "\udfff" for char in segment)
    return is_unicode and all(len(part) == 1 and part != "?" for part in _parts(segment))


def simple_expression(segment: str) -> bytes:
    """What the bytes of a name must match in full, in a tree object of git."""
    parts = (r"[^\0]*" if part == ANY else re.escape(part) for part in _parts(segment))
    return "".join(parts).encode()


@lru_cache(maxsize=4096)
def sign_of(segment: str) -> bytes:
    """Bytes that are in a tree object of git if a name in it matches; they may be in others, too.

    There, a name stands between a space and a NUL.
    """
    runs: list[str] = [" "]
    for part in (*_parts(segment), "\0"):
        if len(part) > 1 or part in {"*", "?"}:
            runs.append("")
        else:
            runs[-1] += part
    return max(runs, key=len).encode("utf-8", "surrogateescape")


@lru_cache(maxsize=4096)
def _parts(segment: str) -> tuple[str, ...]:
    """Single characters, `*` and `?` among them, and sets in brackets, which are longer."""
    found: list[str] = []
    at = 0
    while at < len(segment):
        end = _end_of_set(segment, at) if segment[at] == "[" else at + 1
        part = segment[at:end]
        if part != ANY or found[-1:] != [ANY]:
            found.append(part)
        at = end
    return tuple(found)


def _end_of_set(segment: str, at: int) -> int:
    """Where the set that begins at `at` ends, or the next character if it is none."""
    first = at + 2 if segment.startswith("!", at + 1) else at + 1
    close = segment.find("]", first + 1)
    return close + 1 if close > 0 else at + 1


def _expression(segment: str) -> str:
    return "".join(map(_part, _parts(segment)))


def _part(part: str) -> str:
    if part == ANY:
        return "[^/]*"
    if part == "?":
        return "[^/]"
    return _set(part[1:-1]) if len(part) > 1 else re.escape(part)


def _set(inside: str) -> str:
    is_negated = inside.startswith("!")
    rest = inside[1:] if is_negated else inside
    ranges: list[str] = []
    while rest:
        is_range = len(rest) > 2 and rest[1] == "-"
        low, high = rest[0], rest[2] if is_range else rest[0]
        rest = rest[3 if is_range else 1 :]
        if low <= high:
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
    if is_negated:
        return f"[^/{''.join(ranges)}]"
    return f"(?!/)[{''.join(ranges)}]" if ranges else "(?!)"
