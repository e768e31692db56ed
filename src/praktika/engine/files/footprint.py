"""Which files a Footprint means: one meaning, for digests and for "does this change concern it".

- Paths are relative to the root of the repository; "", "." mean all of it. `patterns` says
  what matches within a name.
- A pattern that matches a file covers it; one that matches a folder covers everything below.
- What an exclude covers is out, whatever includes it.
- A submodule is a leaf: its commit is one thing. It is in if the footprint asks for submodules
  (then all are, wherever includes and excludes point), or if an include without magic names exactly
  its path and no exclude covers that. Below an included folder it is out.

A `State` is what is left to match below a folder. It depends only on what can still match there, so
footprints that differ elsewhere share their states, and whatever was found out for a state and a
tree of git holds for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import NamedTuple

from praktika.engine.files.patterns import (
    ANY,
    DEEP,
    alternatives,
    escaped,
    has_magic,
    matcher,
    path_of,
    segments_of,
    sign_of,
)
from praktika.model.plan import Footprint

Tails = frozenset[tuple[str, ...]]
"""What is left of patterns below a folder; none of them is empty."""

_NOTHING: Tails = frozenset()


class Extent(Enum):
    """How much of what is below a folder is in."""

    ALL = auto()
    NONE = auto()
    SOME = auto()


class Left(NamedTuple):
    """What is left to match below a folder; equal for folders below which the same is in.

    Attributes:
        is_in: whether the folder is covered by an include.
        includes, excludes: the tails of patterns.
        joined, parted: the tails of the paths of submodules that are in, and that are out.
    """

    is_in: bool
    includes: Tails
    excludes: Tails
    joined: Tails
    parted: Tails


class Step(NamedTuple):
    """What a name in a folder comes to: whether it is in as a file, and its state as a folder."""

    takes: bool
    below: State


class State:
    """What is left to match below a folder. Made by `States`, and compared by identity.

    Attributes:
        extent: how much of what is below is in. The rest is of interest for SOME alone.
        signs: bytes of which one is in each tree of git that has a name with a step of its own.
    """

    __slots__ = ("_heads", "_left", "_own", "_states", "_steps", "extent", "signs")

    def __init__(self, left: Left, states: States) -> None:
        self._left = left
        self._states = states
        self._steps: dict[tuple[str, ...], Step] = {}
        self.extent = _extent(left)
        heads = {head[0] for tails in left[1:] for head in _heads(tails)} - {ANY}
        self._heads = tuple((head, matcher(head)) for head in sorted(heads))
        self.signs = tuple(sign_of(head) for head in sorted(heads))
        self._own = alternatives(heads)

    @property
    def other(self) -> Step:
        """What every name comes to that no segment here matches, but for `*`."""
        return self._steps.get(()) or self._step(())

    @property
    def deciding(self) -> tuple[frozenset[str], frozenset[str]] | None:
        """The segments that include and exclude files here; None if that is not all."""
        joined = _finals(self._left.joined)
        if joined:
            return None
        excludes = _finals(self._left.excludes) | _finals(self._left.parted)
        return _finals(self._left.includes), excludes

    def own(self, names: Sequence[str]) -> list[int]:
        """Which of these names may have a step of their own."""
        is_own = self._own.fullmatch
        return [at for at, name in enumerate(names) if is_own(name)]

    def step(self, name: str) -> Step:
        """What a name in this folder comes to."""
        matching = tuple(
            head for head, expression in self._heads if _is_matched(name, head, expression)
        )
        return self._steps.get(matching) or self._step(matching)

    def _step(self, matching: tuple[str, ...]) -> Step:
        made = self._steps[matching] = self._states.step(self._left, matching)
        return made


class States:
    """A table of states, so that equal ones are one; share it to share what is known of them."""

    def __init__(self) -> None:
        self._known: dict[Left, State] = {}

    def of(self, left: Left) -> State:
        """The state for what is left, after leaving out what no longer matters."""
        pruned = _pruned(left)
        known = self._known.get(pruned)
        if known is None:
            known = self._known[pruned] = State(pruned, self)
        return known

    def step(self, left: Left, matching: Iterable[str]) -> Step:
        """What a name comes to that these segments match, and no others but `*`."""
        heads = {ANY, *matching}
        is_joined, joined = _advance(left.joined, heads)
        is_parted, parted = _advance(left.parted, heads)
        if is_joined or is_parted:
            return Step(is_joined, self.of(Left(is_joined, *(_NOTHING,) * 4)))
        is_excluded, excludes = _advance(left.excludes, heads)
        if is_excluded:
            return Step(False, self.of(Left(False, _NOTHING, _NOTHING, joined, _NOTHING)))  # noqa: FBT003 - fields
        is_included, includes = _advance(left.includes, heads)
        is_in = left.is_in or is_included
        return Step(is_in, self.of(Left(is_in, includes, excludes, joined, parted)))


class Rules:
    """A footprint in a repository with certain submodules.

    Args:
        footprint: its patterns.
        submodules: paths of the repository's submodules.
        states: the table to share with others.
    """

    def __init__(
        self, footprint: Footprint, submodules: Iterable[str] = (), states: States | None = None
    ) -> None:
        includes = frozenset(map(segments_of, footprint.include))
        excludes = frozenset(map(segments_of, footprint.exclude))
        modules = frozenset(map(path_of, submodules)) - {()}
        named = {path for path in includes if not any(map(has_magic, path))}
        joined = modules if footprint.submodules else _not_covered(modules & named, excludes)
        self.start = (states or States()).of(
            Left(
                () in includes and () not in excludes,
                _NOTHING if () in excludes else includes - {()},
                excludes - {()},
                frozenset(map(escaped, joined)),
                frozenset(map(escaped, modules - joined)),
            )
        )
        """What is left to match at the root."""

    def covers(self, path: str) -> bool:
        """Whether the file or submodule of this path is in, or would be if it were there."""
        state, takes = self.start, False
        for name in path_of(path):
            takes, state = state.step(name)
        return takes


def _not_covered(paths: Tails, excludes: Tails) -> Tails:
    """The paths that no exclude covers."""
    if not paths or () in excludes:
        return _NOTHING
    rules = Rules(Footprint(include=tuple(map("/".join, excludes))))
    return frozenset(path for path in paths if not rules.covers("/".join(path)))


def _heads(tails: Tails) -> set[tuple[str, ...]]:
    """The tails by which a name here can be matched: a `**` may be nothing."""
    return {tail[1:] if tail[0] == DEEP else tail for tail in tails}


def _finals(tails: Tails) -> frozenset[str]:
    """The segments that complete a tail."""
    return frozenset(head[0] for head in _heads(tails) if len(head) == 1)


def _advance(tails: Tails, heads: set[str]) -> tuple[bool, Tails]:
    """Whether a name completes any of the tails, and what is left below it."""
    found: set[tuple[str, ...]] = {tail for tail in tails if tail[0] == DEEP}
    is_complete = False
    for head in _heads(tails):
        if head[0] in heads:
            is_complete = is_complete or len(head) == 1
            found.add(head[1:])
    return is_complete, frozenset(found - {()})


def _pruned(left: Left) -> Left:
    is_in, includes, excludes, joined, parted = left
    if (ANY,) in _heads(includes):
        is_in = True
    if is_in:
        includes = _NOTHING
    if (ANY,) in _heads(excludes):
        is_in, includes = False, _NOTHING
    if not is_in and not includes:
        excludes = parted = _NOTHING
    if is_in and not excludes:
        joined = _NOTHING
    return Left(is_in, includes, excludes, joined, parted)


def _extent(left: Left) -> Extent:
    if any(left[1:]):
        return Extent.SOME
    return Extent.ALL if left.is_in else Extent.NONE


def _is_matched(name: str, head: str, expression: re.Pattern[str] | None) -> bool:
    return expression.fullmatch(name) is not None if expression else name == head
