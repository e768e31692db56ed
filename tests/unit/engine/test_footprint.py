"""Which files a footprint means."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.engine.checkouts import FOOTPRINTS, PATHS, SEARCH, is_in

from praktika.engine.files.footprint import Extent, Rules
from praktika.model.plan import Footprint


def covered(path: str, *include: str, exclude: tuple[str, ...] = (), **more: object) -> bool:
    footprint = Footprint(include=include, exclude=exclude, submodules=bool(more.get("submodules")))
    return Rules(footprint, more.get("modules", ())).covers(path)


@SEARCH
@given(FOOTPRINTS, PATHS, st.lists(PATHS, max_size=2))
@example(Footprint(include=("**",), exclude=("a/**",)), "a", [])
def test_what_is_covered_is_what_a_look_at_every_pattern_says(footprint, path, modules):
    modules = [each for each in modules if not path.startswith(f"{each}/")]
    assert Rules(footprint, modules).covers(path) == is_in(footprint, path, tuple(modules))


@SEARCH
@given(FOOTPRINTS, PATHS, PATHS)
def test_an_extent_holds_for_everything_below(footprint, folder, rest):
    state = Rules(footprint).start
    for name in folder.split("/"):
        state = state.step(name).below
    is_below = Rules(footprint).covers(f"{folder}/{rest}")
    assert state.extent is Extent.SOME or is_below == (state.extent is Extent.ALL)


@pytest.mark.parametrize("pattern", ["src", "./src", "src/", "/src", "./src//", "src/.", "src/**"])
def test_a_folder_is_meant_however_it_is_written(pattern):
    assert covered("src/deep/a.c", pattern)
    assert not covered("srcs/a.c", pattern)
    assert not covered("lib/src/a.c", pattern)
    assert not covered("src/deep/a.c", "", exclude=(pattern,))
    assert covered("srcs/a.c", "", exclude=(pattern,))


@pytest.mark.parametrize("pattern", ["", ".", "./", "**", "*", "**/*", "./**"])
def test_everything_is_meant(pattern):
    assert covered("a", pattern)
    assert covered("a/.b/c", pattern)
    assert not covered("a/.b/c", "", exclude=(pattern,))
    assert Rules(Footprint(include=(pattern,))).start.extent is Extent.ALL


def test_nothing_is_meant_without_includes():
    assert Rules(Footprint(exclude=("a",))).start.extent is Extent.NONE


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        ("*.py", "a.py", "src/a.py"),
        ("**/*.py", "a.py", "a.pyc"),
        ("**/*.py", "src/deep/a.py", "a/py"),
        ("src/*/a", "src/x/a", "src/x/y/a"),
        ("src/*/a", "src/x/a/below", "src/a"),
        ("src/**/a", "src/a", "xsrc/a"),
        ("src/**/a", "src/x/y/a", "src/x/y/ab"),
        ("a?c", "abc", "a/c"),
        ("a?c", "aéc", "ac"),
        ("a[/]c", "a[/]c", "a/c"),
        ("a[!b]c", "axc", "abc"),
        ("a[b-d]", "ac", "ae"),
        ("[*]", "*", "a"),
        ("Src", "Src/a", "src/a"),
        ("\u00e9", "\u00e9", "e\u0301"),
        ("src**a", "srcxa", "src/a"),
    ],
)
def test_patterns_match_whole_names_and_never_cross_folders_but_for_two_stars(
    pattern, inside, outside
):
    assert covered(inside, pattern)
    assert not covered(outside, pattern)


def test_an_exclude_wins_over_an_include_that_is_narrower():
    assert not covered("src/gen/a.c", "src/gen/a.c", exclude=("src/gen",))


def test_fault_52_a_submodule_is_named_by_its_path_and_not_by_a_part_of_it():
    modules = ("contrib/zlib", "contrib/zlib-ng", "z")
    assert covered("contrib/zlib", "contrib/zlib", modules=modules)
    assert covered("contrib/zlib", "./contrib/zlib/", modules=modules)
    for path in ("contrib/zlib-ng", "z"):
        assert not covered(path, "contrib/zlib", modules=modules)
    for pattern in ("contrib", "contrib/*", "contrib/zlib*", "", "**"):
        assert not covered("contrib/zlib", pattern, modules=modules)
        assert covered("contrib/other", "contrib/other", pattern, modules=modules)
        assert covered("contrib/zlib", "contrib/zlib", pattern, modules=modules)


def test_all_submodules_are_in_where_the_footprint_asks_for_them():
    modules = ("contrib/zlib", "sub")
    for path in modules:
        assert covered(path, "src", exclude=("contrib",), submodules=True, modules=modules)
    assert not covered("contrib/a", "src", submodules=True, modules=modules)


def test_a_named_submodule_can_be_excluded():
    assert not covered("sub", "sub", exclude=("s*",), modules=("sub",))


def test_a_submodule_may_have_signs_of_patterns_in_its_name():
    assert not covered("a*", "", modules=("a*",))
    assert covered("ab", "", modules=("a*",))


@pytest.mark.parametrize("exclude", ["docs", "./docs", "docs/", "./docs/**"])
def test_fault_52_an_exclude_means_the_same_however_it_is_written(exclude):
    assert not covered("docs/a.md", "", exclude=(exclude,))
    assert not covered("docs/a.md", "./", exclude=(exclude,))
    assert covered("a.md", ".", exclude=(exclude,))
