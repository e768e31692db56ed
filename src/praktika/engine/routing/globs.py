"""Patterns of branches and files, as workflows name what they are for.

- Every pattern is matched from the first character to the last; case counts.
- Within a segment, what `engine.files.patterns` says: `*`, `?` and `[a-z]` never cross a "/".
- `**` as a whole segment is any number of segments, also none; at the end, at least one.
- `!` before a pattern takes out what it matches. Of several patterns that match, the last decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from praktika.engine.files.footprint import Rules
from praktika.engine.files.patterns import ANY, DEEP, matcher
from praktika.model.plan import Footprint

NOT = "!"


def is_branch_chosen(patterns: Sequence[str], branch: str) -> bool:
    """Whether patterns mean a branch; none mean any."""
    return not patterns or _is_chosen(patterns, lambda pattern: is_match(pattern, branch))


def is_any_file_chosen(patterns: Sequence[str], paths: Iterable[str]) -> bool:
    """Whether patterns mean any of these files; none mean any, even where there is no file.

    A pattern means what it does in a footprint: that of a folder, everything below.
    """
    if not patterns:
        return True
    rules = {pattern: Rules(Footprint(include=(_bare(pattern),))) for pattern in patterns}

    def is_chosen(path: str) -> bool:
        return _is_chosen(patterns, lambda pattern: rules[pattern].covers(path))

    return any(map(is_chosen, paths))


def is_match(pattern: str, name: str) -> bool:
    """Whether a pattern, without its `!`, matches all of a name."""
    segments = _bare(pattern).split("/")
    if segments[-1] == DEEP:
        segments.append(ANY)
    reached = _with_empty({0}, segments)
    for part in name.split("/"):
        here = {at for at in reached if at < len(segments) and _takes(segments[at], part)}
        reached = _with_empty({at if segments[at] == DEEP else at + 1 for at in here}, segments)
    return len(segments) in reached


def _is_chosen(patterns: Sequence[str], matches: Callable[[str], bool]) -> bool:
    """What the last pattern that matches says."""
    return next((not it.startswith(NOT) for it in reversed(patterns) if matches(it)), False)


def _bare(pattern: str) -> str:
    return pattern.removeprefix(NOT)


def _takes(segment: str, part: str) -> bool:
    if segment == DEEP:
        return True
    expression = matcher(segment)
    return expression.fullmatch(part) is not None if expression else part == segment


def _with_empty(reached: set[int], segments: Sequence[str]) -> set[int]:
    """The places reached, and those behind each `**`, which may be nothing."""
    for at, segment in enumerate(segments):
        if segment == DEEP and at in reached:
            reached.add(at + 1)
    return reached
