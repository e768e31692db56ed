"""Small checkouts and footprints, and the obviously right answers about them."""

from __future__ import annotations

import os
from functools import cache

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from praktika.adapters.memory import MemoryTrees
from praktika.engine.files.digests import Content, Digests
from praktika.engine.files.tree_objects import EXECUTABLE, PLAIN, SUBMODULE, SYMLINK, Leaf
from praktika.model.plan import Footprint

Files = dict[str, tuple[bytes, bytes]]
"""By path, mode and content."""


def matches(segment: str, name: str) -> bool:
    """Whether a segment of a pattern matches a name, character by character."""
    if not segment:
        return not name
    if segment[0] == "*":
        return any(matches(segment[1:], name[cut:]) for cut in range(len(name) + 1))
    if not name:
        return False
    if segment[0] == "?":
        return matches(segment[1:], name[1:])
    if segment[0] == "[":
        start = 2 if segment[1:2] == "!" else 1
        end = segment.find("]", start + 1)
        if end > 0:
            return (name[0] in members(segment[start:end])) is (start == 1) and matches(
                segment[end + 1 :], name[1:]
            )
    return segment[0] == name[0] and matches(segment[1:], name[1:])


def members(text: str) -> set[str]:
    """The characters of a set."""
    found: set[str] = set()
    while text:
        if len(text) > 2 and text[1] == "-":
            found |= {chr(code) for code in range(ord(text[0]), ord(text[2]) + 1)}
            text = text[3:]
        else:
            found.add(text[0])
            text = text[1:]
    return found


def matches_path(pattern: list[str], path: list[str]) -> bool:
    """Whether a pattern matches a path in full."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        least = 1 if len(pattern) == 1 else 0
        return any(matches_path(pattern[1:], path[cut:]) for cut in range(least, len(path) + 1))
    return bool(path) and matches(pattern[0], path[0]) and matches_path(pattern[1:], path[1:])


@cache
def covers(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path or a folder that it is in."""
    segments = [each for each in pattern.split("/") if each not in {"", "."}]
    names = path.split("/")
    return any(matches_path(segments, names[:count]) for count in range(len(names) + 1))


def is_in(footprint: Footprint, path: str, modules: tuple[str, ...] = ()) -> bool:
    """Whether a path is in, looking at every pattern."""
    is_excluded = any(covers(pattern, path) for pattern in footprint.exclude)
    if path in modules:
        named = any(
            "/".join(each for each in pattern.split("/") if each not in {"", "."}) == path
            and not set(pattern) & {"*", "?"}
            and covers(pattern, path)
            for pattern in footprint.include
        )
        return footprint.submodules or (named and not is_excluded)
    return not is_excluded and any(covers(pattern, path) for pattern in footprint.include)


def commit(trees: MemoryTrees, files: Files) -> bytes:
    """The root of a commit that holds files."""
    held = {
        path.encode("utf-8", "surrogateescape"): (mode, blob(trees, content))
        for path, (mode, content) in files.items()
    }
    return trees.root(trees.commit(held))


def blob(trees: MemoryTrees, content: bytes) -> bytes:
    return trees.id_of("blob", content)


def content_of(trees: MemoryTrees, files: Files) -> Content:
    """A clean checkout."""
    return Content(tree=commit(trees, files), listed=modules_of(files))


def modules_of(files: Files) -> tuple[str, ...]:
    return tuple(sorted(path for path, (mode, _) in files.items() if mode == SUBMODULE))


def overlay(trees: MemoryTrees, old: Files, new: Files) -> dict[str, Leaf | None]:
    """What has to be laid over one checkout to have the other."""
    changes: dict[str, Leaf | None] = {path: None for path in old if path not in new}
    for path, (mode, content) in new.items():
        if old.get(path) != (mode, content):
            changes[path] = Leaf(mode, blob(trees, content))
    return changes


def digest(files: Files, footprint: Footprint) -> str:
    """The digest of the files of a footprint."""
    trees = MemoryTrees()
    return Digests(trees.read, trees.algorithm).of(content_of(trees, files), [footprint])[0]


SEARCH = settings(
    max_examples=int(os.environ.get("EXAMPLES", "80")),
    deadline=None,  # the machine may be busy
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
"""How long properties are searched; EXAMPLES=5000 searches longer."""

NAMES = st.sampled_from(
    ["a", "b", "ab", "a.b", "B", "\u00e9", "e\u0301", ".x", "\udcff", "a[b]", "*"]
)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SEGMENTS = st.one_of(
    NAMES,
    st.sampled_from(
        ["*", "**", "?", "a*", "*b", "*.b", "[ab]", "[!a]", "[a-b]*", "?b", "[a", "*é"]
    ),
    st.text("ab*?[]!-é.", min_size=1, max_size=4),
)
PATTERNS = st.one_of(
    st.lists(SEGMENTS, max_size=4).map("/".join),
    st.lists(SEGMENTS, min_size=1, max_size=3).map(lambda each: "./" + "//".join(each) + "/"),
    st.sampled_from(["", ".", "./", "**", "**/*", "a/**", "**/b"]),
)
FOOTPRINTS = st.builds(
    Footprint,
    include=st.lists(PATTERNS, max_size=3).map(tuple),
    exclude=st.lists(PATTERNS, max_size=2).map(tuple),
    submodules=st.booleans(),
)
CONTENTS = st.sampled_from([b"", b"1", b"12", b"2", b"1\n", b"1\r\n"])
MODES = st.sampled_from([PLAIN, PLAIN, PLAIN, EXECUTABLE, SYMLINK, SUBMODULE])


def without_conflicts(files: Files) -> Files:
    """Without those that are below another file."""
    return {
        path: leaf
        for path, leaf in files.items()
        if not any(path.startswith(f"{other}/") for other in files)
    }


FILES = st.dictionaries(PATHS, st.tuples(MODES, CONTENTS), max_size=9).map(without_conflicts)
