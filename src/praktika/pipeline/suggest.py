"""Did you mean …? For names that are not there."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from functools import lru_cache

# Comparing one name with ten thousand takes a second: long lists are left alone.
_LIMIT = 2000


def did_you_mean(name: object, known: Collection[str]) -> str:
    """`Did you mean 'x'?`, or "" when nothing resembles the name."""
    if not isinstance(name, str) or len(known) > _LIMIT:
        return ""
    return _nearest(name, tuple(known))


@lru_cache(maxsize=256)
def _nearest(name: str, known: tuple[str, ...]) -> str:
    folded = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f"Did you mean '{folded[close[0]]}'?" if close else ""


def is_misspelt(name: str, known: str) -> bool:
    """Whether a name is a known one but for its case, or one or two slips of the finger."""
    name, known = name.upper(), known.upper()
    slips = 2 if len(known) > 7 else 1
    return abs(len(name) - len(known)) <= slips and _distance(name, known) <= slips


def _distance(one: str, other: str) -> int:
    """How many letters to insert, drop, change or swap with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
