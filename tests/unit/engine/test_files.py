"""The digest of the files that a footprint means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.checkouts import (
    FILES,
    FOOTPRINTS,
    SEARCH,
    commit,
    content_of,
    digest,
    is_in,
    modules_of,
    overlay,
)

from praktika.adapters.memory import MemoryTrees
from praktika.engine.files.digests import Content, Digests
from praktika.engine.files.footprint import Rules
from praktika.engine.files.tree_objects import EXECUTABLE, PLAIN, SUBMODULE, SYMLINK
from praktika.model.plan import Footprint

ALL = Footprint(include=("",), submodules=True)
KINDS = st.sampled_from(["sha1", "sha256"])


def chosen(files, footprint):
    modules = modules_of(files)
    return {path: leaf for path, leaf in files.items() if is_in(footprint, path, modules)}


@SEARCH
@given(FILES, st.lists(FOOTPRINTS, min_size=1, max_size=4), KINDS)
def test_the_digest_is_the_tree_that_holds_exactly_the_files(files, footprints, kind):
    trees = MemoryTrees(kind)
    found = Digests(trees.read, kind).of(content_of(trees, files), footprints)
    wanted = [commit(trees, chosen(files, each)).hex() for each in footprints]
    assert found == [f"{kind}:{each}" for each in wanted]


@SEARCH
@given(FILES, FILES, FOOTPRINTS, st.booleans())
def test_it_changes_if_and_only_if_the_files_that_are_meant_do(one, other, footprint, is_mixed):
    if is_mixed:
        other = {path: leaf for path, leaf in one.items() if path not in other}
    is_same = chosen(one, footprint) == chosen(other, footprint)
    assert (digest(one, footprint) == digest(other, footprint)) is is_same


@SEARCH
@given(FILES, FILES, FOOTPRINTS, KINDS)
def test_changes_over_a_commit_are_as_good_as_another_commit(old, new, footprint, kind):
    trees = MemoryTrees(kind)
    digests = Digests(trees.read, kind)
    changed = Content(
        tree=commit(trees, old), changes=overlay(trees, old, new), listed=modules_of(new)
    )
    over = digests.of(changed, [footprint, ALL])
    asked = len(trees.asked)
    assert over == Digests(trees.read, kind).of(content_of(trees, new), [footprint, ALL])
    assert asked <= len(set(trees.asked[:asked]))


@SEARCH
@given(FILES, FOOTPRINTS)
def test_a_changed_path_concerns_a_footprint_if_its_digest_would_be_another(files, footprint):
    rules = Rules(footprint, modules_of(files))
    for path, (mode, _) in files.items():
        changed = {**files, path: (mode, b"something else")}
        is_another = digest(files, footprint) != digest(changed, footprint)
        assert rules.covers(path) is is_another


def test_no_files_have_a_digest_of_their_own():
    nothing = digest({}, ALL)
    assert nothing == "sha1:4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert nothing == digest({"a": (PLAIN, b"")}, Footprint(include=("b",)))
    assert nothing == digest({"a/b": (PLAIN, b"")}, Footprint(include=("a/*.c",)))
    assert nothing == digest({"a": (PLAIN, b"")}, Footprint())
    assert nothing != digest({"a": (PLAIN, b"")}, ALL)


ONE = {"src/a": (PLAIN, b"12"), "src/b": (PLAIN, b"3"), "docs/c": (PLAIN, b"4")}
OTHERS = {
    "bytes moved over a file boundary": ONE | {"src/a": (PLAIN, b"1"), "src/b": (PLAIN, b"23")},
    "two files changed places": ONE | {"src/a": (PLAIN, b"3"), "src/b": (PLAIN, b"12")},
    "renamed": {"src/z": ONE["src/a"], "src/b": ONE["src/b"], "docs/c": ONE["docs/c"]},
    "moved into a folder": {"src/a/a": ONE["src/a"], "src/b": ONE["src/b"]},
    "merged into one": {"src/a": (PLAIN, b"123")},
    "another empty file": ONE | {"src/empty": (PLAIN, b"")},
    "executable": ONE | {"src/a": (EXECUTABLE, b"12")},
    "a link with this target": ONE | {"src/a": (SYMLINK, b"12")},
    "a commit": ONE | {"src/a": (SUBMODULE, b"12")},
    "ends of lines": ONE | {"src/a": (PLAIN, b"12\r\n")},
    "removed": {"src/a": ONE["src/a"], "docs/c": ONE["docs/c"]},
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("include", ["src", "src/*", "**", "src/**/*"])
def test_security_row_8_bytes_moved_over_a_file_boundary_files_renamed_modes_changed(
    other, include
):
    """Digests cover path, mode and content."""
    footprint = Footprint(include=(include,), submodules=True)
    assert digest(ONE, footprint) != digest(OTHERS[other], footprint)
    assert digest(OTHERS[other], footprint) == digest(dict(OTHERS[other]), footprint)


@pytest.mark.parametrize("case", ["renamed", "bytes moved over a file boundary", "merged into one"])
def test_fault_30_what_is_made_of_the_same_bytes_is_not_the_same(case):
    footprint = Footprint(include=("./src/",), exclude=("**/*.md",))
    assert digest(ONE, footprint) != digest(OTHERS[case], footprint)


def test_names_that_look_alike_are_not_the_same():
    assert digest({"\u00e9": (PLAIN, b"")}, ALL) != digest({"e\u0301": (PLAIN, b"")}, ALL)


def test_what_is_not_meant_never_counts():
    footprint = Footprint(include=("src",), exclude=("src/gen",))
    other = ONE | {"docs/c": (EXECUTABLE, b"x"), "src/gen/y": (PLAIN, b""), "z": (PLAIN, b"")}
    assert digest(ONE, footprint) == digest(other, footprint)


SEGMENTS = (
    *(
        "*",
        "*.b",
        "*b",
        "a*",
        "a",
        "b",
        "a.b",
        "*a*",
        "*a*b",
        "a*.b",
        "?b",
        "[ab]",
        "[!a]*",
        "*\u00e9",
    ),
    *("**/*.b", "**/a", "**/*a*", "*/a", "**/?"),
)
NAMES = ("a", "b", "a.b", "b.a", "ab", "ba", ".b", "a.b.a", "\u00e9", "e\u0301", "\udcff")
FLAT = dict.fromkeys(NAMES, (PLAIN, b""))


@pytest.mark.parametrize("depth", ["", "x/"])
@pytest.mark.parametrize("include", ["", "a", *SEGMENTS])
def test_every_pair_of_patterns_leaves_what_each_says_alone(include, depth):
    """In a folder that has files alone, and in one that has other folders, too."""
    trees = MemoryTrees()
    flat = {f"x/{name}": leaf for name, leaf in FLAT.items()}
    more = flat | {"x/z/a": (PLAIN, b""), "x/ab.b/b": (PLAIN, b"")}
    other = "" if depth else "x/"
    footprints = [
        Footprint(include=includes, exclude=(f"{depth}{exclude}",) if exclude else ())
        for exclude in ("", *SEGMENTS)
        for includes in ((f"x/{include}",), (f"x/{include}", f"{other}b", "x/*.a"))
    ]
    for files in (flat, more):
        found = Digests(trees.read, "sha1").of(content_of(trees, files), footprints)
        wanted = [commit(trees, chosen(files, each)).hex() for each in footprints]
        assert found == [f"sha1:{each}" for each in wanted]


def test_nothing_in_place_of_a_folder_is_nothing_of_it():
    trees = MemoryTrees()
    old = {"a/b": (PLAIN, b"1"), "a/c/d": (PLAIN, b"2"), "e": (PLAIN, b"")}
    new = {"a/x": (PLAIN, b"3"), "e": (PLAIN, b"")}
    changes = {"a": None, **overlay(trees, {}, {"a/x": new["a/x"]})}
    found = Digests(trees.read, "sha1").of(Content(tree=commit(trees, old), changes=changes), [ALL])
    assert found == [digest(new, ALL)]


def test_only_folders_that_are_in_by_parts_are_read():
    trees = MemoryTrees()
    content = content_of(
        trees, {f"{a}/{b}/{c}": (PLAIN, b"") for a in "ab" for b in "cd" for c in "ef"}
    )
    Digests(trees.read, "sha1").of(content, [Footprint(include=("",), exclude=("a/c",))])
    assert len(trees.asked) == 2
    trees.asked.clear()
    Digests(trees.read, "sha1").of(content, [ALL, Footprint(), Footprint(exclude=("a",))])
    assert trees.asked == []


def test_a_listed_path_at_which_there_is_no_submodule_is_an_ordinary_one():
    trees = MemoryTrees()
    files = {"a/b": (PLAIN, b""), "c": (PLAIN, b"1"), "d": (SUBMODULE, b"2")}
    listed = ("a", "a/b", "a/b/c", "c", "d", "missing", "")
    content = Content(tree=commit(trees, files), listed=listed)
    digests = Digests(trees.read, "sha1")
    assert digests.submodules(content) == ("d",)
    plain = {path: files[path] for path in ("a/b", "c")}
    found = digests.of(content, [Footprint(include=("",))])
    assert found == digests.of(content_of(trees, plain), [Footprint(include=("",))])


def test_a_very_deep_folder_is_no_problem():
    path = "a/" * 1500 + "b"
    trees = MemoryTrees()
    changes = {path: overlay(trees, {}, {"b": (PLAIN, b"")})["b"]}
    digests = Digests(trees.read, "sha1")
    found = digests.of(Content(tree=b"", changes=changes), [Footprint(include=("**/b",)), ALL])
    assert found[0] == found[1] != digest({}, ALL)
