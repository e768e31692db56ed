"""Cron lines: five fields, as POSIX has them.

Minute, hour, day of the month, month, day of the week (0 to 7, Sunday is both). A field is a list
of `*`, a number, or a range, each perhaps with a step: `*/15`, `8-18/2`, `0,30`. No names, no `@`.
"""

from __future__ import annotations

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most that each month has."""

_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of the month", 1, 31),
    ("month", 1, 12),
    ("day of the week", 0, 7),
)


def cron_fault(line: str) -> str:
    """What is wrong with a cron line, as the end of a sentence; "" if nothing is."""
    fields = line.split()
    if len(fields) != len(_FIELDS):
        return f"has {len(fields)} fields, not {len(_FIELDS)}"
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        for part in text.split(","):
            if not _is_part(part, low, high):
                return f"has '{part}' as its {name}, not a number or range of {low} to {high}"
    return ""


def never_comes(line: str) -> bool:
    """Whether no day is meant by a line without a fault, as by `0 0 30 2 *`."""
    _, _, days, months, weekdays = line.split()
    if not weekdays.startswith("*"):  # a day of the week will do, or the day of the month is any
        return False
    longest = max(_DAYS[month - 1] for month in _numbers(months, 1, 12))
    return min(_numbers(days, 1, 31)) > longest


def _numbers(field: str, low: int, high: int) -> list[int]:
    """The numbers that a field means."""
    found: list[int] = []
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        found += range(int(first), int(last or first) + 1, int(step or 1))
    return found


def _is_part(part: str, low: int, high: int) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (_is_number(step) and 0 < int(step) <= high):
        return False
    if span == "*":
        return True
    first, dash, last = span.partition("-")
    if not _is_number(first) or not low <= int(first) <= high:
        return False
    if dash:
        return _is_number(last) and int(first) <= int(last) <= high
    return not slash


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 4
