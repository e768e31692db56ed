"""Words for times, states and counts. Pure, ASCII only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from praktika.cli.console import Ink
from praktika.model.result import Status

STYLES: Mapping[str, str] = {
    Status.OK: "green",
    Status.XFAIL: "green",
    Status.FAIL: "bold red",
    Status.XPASS: "bold red",
    Status.ERROR: "bold magenta",
    Status.UNKNOWN: "yellow",
    Status.DROPPED: "yellow",
    Status.SKIPPED: "dim",
    Status.PENDING: "dim",
    Status.RUNNING: "cyan",
    "interrupted": "yellow",
}
"""FAIL is the author's, ERROR the infrastructure's: they look different everywhere."""

_WIDTH = 7
_ORDER = tuple(Status)


def status(word: str, *, width: int = _WIDTH) -> Ink:
    """A status in its colour, padded."""
    return Ink(f"{word:<{width}}", STYLES.get(word, ""))


def seconds(value: float | None) -> str:
    """A duration: `0.3s`, `12.0s`, `3m 05s`, `2h 07m`."""
    if value is None:
        return ""
    if value < 59.95:
        return f"{max(value, 0.0):.1f}s"
    whole = round(value)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m {rest:02}s"
    return f"{minutes // 60}h {minutes % 60:02}m"


def moment(at: float | None) -> str:
    """A time of day here, with its date: `2026-03-01 14:05:09`."""
    if at is None:
        return ""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
    except (OverflowError, ValueError, OSError):
        return "?"


def near(path: Path) -> str:
    """A path as short as it can be written from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def counts(numbers: Mapping[Status, int]) -> str:
    """`2 FAIL, 10 OK`: how many of each, in the order of the statuses."""
    return ", ".join(f"{numbers[word]} {word}" for word in _ORDER if numbers.get(word))


def count(number: int, noun: str) -> str:
    """`1 job`, `2 jobs`, `1,000 jobs`."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
