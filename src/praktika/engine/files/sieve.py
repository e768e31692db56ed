"""Picking entries out of a folder's bytes in one go, where no folder is below.

Most folders have files alone, and most patterns are letters and `*`. In UTF-8 these match in bytes
what they match in text, so such folders need not be taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from praktika.engine.files.footprint import State
from praktika.engine.files.patterns import ANY, is_simple, sign_of, simple_expression
from praktika.engine.files.tree_objects import ID_SIZE, Algorithm


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
        before, after = _none_of(unwanted)
        if not takes:
            ahead, behind = _one_of(wanted)
            before, after = before + ahead, after + behind
        kept = b".{7}" + before + rb"[^\0]++" + after + rest
        self._find = re.compile(rb"(%b)|.{7}[^\0]++%b" % (kept, rest), re.DOTALL).findall

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


def _none_of(segments: Iterable[str]) -> tuple[bytes, bytes]:
    """What must hold before and after a name that none of these match."""
    ends = [_end(segment) for segment in segments if _is_end(segment)]
    others = [simple_expression(segment) for segment in segments if not _is_end(segment)]
    ahead = rb"(?!(?:%b)\0)" % b"|".join(others) if others else b""
    return ahead, b"".join(b"(?<!%b)" % end for end in ends)


def _one_of(segments: Sequence[str]) -> tuple[bytes, bytes]:
    """What must hold before and after a name that any of these match."""
    if not segments:
        return b"(?!)", b""
    if all(map(_is_end, segments)):
        return b"", b"(?:%b)" % b"|".join(b"(?<=%b)" % _end(segment) for segment in segments)
    return rb"(?=(?:%b)\0)" % b"|".join(map(simple_expression, segments)), b""


def _is_end(segment: str) -> bool:
    """Whether only the end of a name counts."""
    return len(segment) > 1 and segment.rfind(ANY) == 0


def _end(segment: str) -> bytes:
    return simple_expression(segment.removeprefix(ANY))
