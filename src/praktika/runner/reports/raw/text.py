"""Text, numbers and times out of files that anybody may have written.

Nothing that leaves the reports room holds a lone surrogate (JSON cannot carry it), a control
character other than tab and line breaks, or a terminal's colour code.
"""

from __future__ import annotations

import math
import re
from collections import deque
from datetime import datetime

# Of one case, in characters. A part that is cut must fit into a whole that need not be cut again.
INFO_LIMIT = 64 * 1024
WHOLE_LIMIT = INFO_LIMIT - 1024
PART_LIMIT = WHOLE_LIMIT - 1024
# Readers of XML put this sign in the place of ESC, which XML cannot carry.
ESCAPE_SIGN = "\u241b"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_COLOUR = re.compile(f"[\x1b{ESCAPE_SIGN}]\\[[0-?]*[ -/]*[@-~]")
_BREAKS = re.compile(r"[\t\r\n\x85\u2028\u2029]+")
_GROUPED = re.compile(r"[1-9]\d{0,2}(,\d{3})+")


def clean(text: str) -> str:
    """The text without colour codes, and with U+FFFD for every character that must not leave."""
    return _FORBIDDEN.sub("\ufffd", _COLOUR.sub("", text))


def word(value: object) -> str:
    """A value of JSON as text; "" for what is neither text nor number."""
    return str(value) if isinstance(value, str | int | float) else ""


def one_line(text: str) -> str:
    """The cleaned text on one line, without blanks at its ends."""
    if text.isprintable() and ESCAPE_SIGN not in text:
        return text.strip()
    return _BREAKS.sub(" ", clean(text)).strip()


def joined(message: str, detail: str) -> str:
    """A one-line message above the details, unless the details begin with it anyway."""
    message, detail = message.strip(), detail.strip("\r\n").rstrip()
    if not message or not detail:
        return message or detail
    first = detail.lstrip().split("\n", 1)[0]
    if detail.lstrip().startswith(message) or message.split("\n", 1)[0] in first:
        return detail
    return f"{message}\n\n{detail}"


class Excerpt:
    """The beginning and the end of a text of any length, in bounded memory."""

    def __init__(self, limit: int = WHOLE_LIMIT) -> None:
        self._half = limit // 2
        self._head: list[str] = []
        self._free = self._half
        self._tail: deque[str] = deque()
        self._kept = 0
        self._cut = 0

    def add(self, text: str) -> None:
        """Append text."""
        if text and self._free:
            self._head.append(text[: self._free])
            text = text[self._free :] if len(text) > self._free else ""
            self._free -= len(self._head[-1])
        if not text:
            return
        self._tail.append(text[-self._half :])
        self._cut += len(text) - len(self._tail[-1])
        self._kept += len(self._tail[-1])
        while self._kept - len(self._tail[0]) >= self._half:
            self._drop(len(self._tail.popleft()))

    def __bool__(self) -> bool:
        return bool(self._head)

    def __str__(self) -> str:
        """All of it, or its two ends around a line that says how much is left out."""
        head, tail = "".join(self._head), "".join(self._tail)
        over = max(0, len(tail) - self._half)
        cut = self._cut + over
        if not cut:
            return head + tail
        return f"{head}\n[... {cut:,} characters left out ...]\n{tail[over:]}"

    def _drop(self, count: int) -> None:
        self._kept -= count
        self._cut += count


def excerpt(text: str, limit: int = INFO_LIMIT) -> str:
    """The text, or its two ends if it is longer than `limit` characters."""
    if len(text) <= limit:
        return text
    kept = Excerpt(limit)
    kept.add(text)
    return str(kept)


def seconds(value: object) -> float | None:
    """A duration as tools write it (`1.5`, `"1,234.5"`, `"0,25"`, `"0.003s"`), or None."""
    if isinstance(value, str):
        value = _plain(value.strip().removesuffix("s"))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _plain(digits: str) -> str:
    """Digits without thousands separators, with a decimal point."""
    if "," not in digits:
        return digits
    if "." in digits or _GROUPED.fullmatch(digits):
        return digits.replace(",", "")
    return digits.replace(",", ".")


def line_number(value: object) -> int:
    """A line number, or 0."""
    try:
        number = int(value) if isinstance(value, int | str) else 0
    except ValueError:
        return 0
    return number if 0 < number < 2**31 else 0


def moment(value: object) -> float | None:
    """Seconds since the epoch of an ISO 8601 time that names its zone, or None.

    A time without a zone is somebody's local time, and nobody knows whose.
    """
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value.strip())
        if time.tzinfo is None:
            return None
        stamp = time.timestamp()
    except (ValueError, OverflowError):
        return None
    return stamp if stamp > 0 else None
