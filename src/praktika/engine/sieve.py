"""Picking entries out of a folder's bytes in one go, where no folder is below.

Most folders have files alone, and most patterns are letters and `*`. In UTF-8 these match in bytes
what they match in text, so such folders need not be taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from praktika.engine.footprint import State
from praktika.engine.patterns import is_simple, sign_of, simple_expression
from praktika.engine.tree_objects import ID_SIZE, Algorithm


class Sieve:
    """What a state leaves of a folder without folders.

    Args:
        state: what is left to match in the folder.
        deciding: segments that include and that exclude files here, all of them simple.
        algorithm: of ids.
    """

    __slots__ = ("_find", "_signs", "_takes")

    def __init__(
        self, state: State, deciding: tuple[Iterable[str], Iterable[str]], algorithm: Algorithm
    ) -> None:
        takes = state.other.takes
        includes, excludes = deciding
        wanted = [] if takes else sorted(includes)
        unwanted = sorted(excludes)
        self._takes = takes
        self._signs = tuple(map(sign_of, unwanted if takes else wanted))
        rest = rb"\0.{%d}" % ID_SIZE[algorithm]
        any_entry = rb"[0-7]+ [^\0]+" + rest
        dropped = rb"[0-7]+ (?:%b)%b|" % (_any_of(unwanted), rest) if unwanted else b""
        kept = b"(%b)" % any_entry
        if not takes:
            kept = rb"([0-7]+ (?:%b)%b)|%b" % (_any_of(wanted), rest, any_entry)
        self._find = re.compile(dropped + kept, re.DOTALL).findall

    def sift(self, raw: bytes) -> bytes:
        """The entries that are in, as the bytes of a tree."""
        for sign in self._signs:
            if sign in raw:
                return b"".join(self._find(raw))
        return raw if self._takes else b""


def sieve_of(state: State, algorithm: Algorithm) -> Sieve | None:
    """The sieve of a state; None if it takes more than that."""
    deciding = state.deciding
    if deciding is None or not all(map(is_simple, deciding[0] | deciding[1])):
        return None
    return Sieve(state, deciding, algorithm)


def _any_of(segments: Iterable[str]) -> bytes:
    return b"|".join(map(simple_expression, segments))
