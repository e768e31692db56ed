"""Files of one JSON object a line, as test tools stream them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import msgspec

from praktika.runner.reports.raw.encoding import encoding_of

LINE_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a file.

    Attributes:
        number: 1-based.
        text: as it is, without its line break; cut if it is huge.
        entry: what it says, or None if that is no JSON object.
        whole: whether a line break ended it; only a file's last line may lack one.
    """

    number: int
    text: str
    entry: dict[str, Any] | None
    whole: bool


def lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a file that are not blank."""
    encoding = encoding_of(stream.read(4))
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
    try:
        for number, line in enumerate(_pieces(text), start=1):
            stripped = line.strip()
            if stripped:
                whole = line.endswith("\n")
                yield Line(number=number, text=stripped, entry=parsed(stripped), whole=whole)
    finally:
        text.detach()


def _pieces(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LINE_LIMIT):
        if len(line) < LINE_LIMIT or line.endswith("\n"):
            yield line
            continue
        rest = line
        while rest and not rest.endswith("\n"):
            rest = text.readline(LINE_LIMIT)
        yield line[: LINE_LIMIT - 1] + rest[-1:]


def parsed(line: str) -> dict[str, Any] | None:
    """The JSON object that a line is, or None."""
    if not line.startswith("{"):
        return None
    try:
        value = msgspec.json.decode(line)
    except (ValueError, RecursionError):
        value = _leniently(line)
    return value if isinstance(value, dict) else None


def _leniently(line: str) -> object:
    """What Python's own parser, which takes lone surrogates and NaN, makes of a line."""
    try:
        return json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return None
