"""Counting, without any input or output."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class Counts:
    lines: int
    words: int
    characters: int
    frequent: tuple[tuple[str, int], ...]


def count(lines: Iterable[str], top: int = 5) -> Counts:
    """What is in these lines; words are compared without regard to case."""
    total_lines = total_characters = 0
    words: Counter[str] = Counter()
    for line in lines:
        total_lines += 1
        total_characters += len(line)
        words.update(word.casefold() for word in WORD.findall(line))
    # Equal counts are listed alphabetically, so that the output never depends on the order of input.
    frequent = sorted(words.items(), key=lambda item: (-item[1], item[0]))[:top]
    return Counts(total_lines, sum(words.values()), total_characters, tuple(frequent))
