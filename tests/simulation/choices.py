"""Where a simulation gets its decisions from: a seed, or Hypothesis, which then shrinks them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import cache
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices(Protocol):
    """A source of decisions; 0 is always the plainest one."""

    def below(self, bound: int) -> int:
        """A number from 0 to `bound` - 1."""


class Seeded:
    """The decisions of one seed: the same on every machine."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)


def second(seed: int) -> Seeded:
    """Other decisions of the same seed, which leave its first ones as they are."""
    return Seeded(1_000_000_007 + seed)


@cache
def _numbers(bound: int) -> st.SearchStrategy[int]:
    return st.integers(0, bound - 1)


class Drawn:
    """Decisions that Hypothesis makes, and makes plainer when a property fails."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def below(self, bound: int) -> int:
        return self._draw(_numbers(bound))


def pick(choices: Choices, options: Sequence[T]) -> T:
    """One of the options; the first is the plainest."""
    return options[choices.below(len(options))]


def once_in(choices: Choices, times: int) -> bool:
    """True now and then: once in so many times."""
    return choices.below(times) == times - 1


def some(choices: Choices, options: Sequence[T]) -> tuple[T, ...]:
    """Some of the options, in their order; mostly all."""
    if not once_in(choices, 4):
        return tuple(options)
    return tuple(option for option in options if choices.below(2))
