"""Which workflows an occasion starts, and what patterns of branches and files mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.checkouts import SEARCH

from praktika.engine.routing.globs import is_any_file_chosen, is_branch_chosen, is_match
from praktika.engine.routing.route import route
from praktika.model.routes import Occasion, Route, RoutingTable

_SEGMENTS = st.sampled_from(
    ["a", "b", "ab", "*", "a*", "*b", "?", "[ab]", "[!a]", "**", "a.b", "+"]
)
_PATTERNS = st.lists(_SEGMENTS, min_size=1, max_size=4).map("/".join)
_NAMES = st.lists(
    st.sampled_from(["a", "b", "ab", "aab", "c", "a.b", "axb", "+", "*"]), min_size=1, max_size=4
).map("/".join)


def started(occasion: Occasion, *routes: Route) -> list[str]:
    table = RoutingTable(repository="o/r", sha="1" * 40, at=0.0, routes=routes)
    return [each.workflow for each in route(table, occasion)]


def push(branch: str, *changed: str) -> Occasion:
    return Occasion(event="push", branch=branch, changed=changed or None)


def by_hand(pattern: str) -> re.Pattern[str]:
    """The same as a regular expression, written down at one go."""
    text = "/" + pattern
    text += "/*" if text.endswith("/**") else ""
    words = {"/**": "(/[^/]+)*", "/": "/", "*": "[^/]*", "?": "[^/]", "[ab]": "[ab]"}
    words["[!a]"] = "[^/a]"
    parts = re.findall(r"/\*\*(?=/|$)|\[!?\w+\]|.", text)
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts))


@SEARCH
@given(_PATTERNS, _NAMES)
def test_a_pattern_matches_what_its_regular_expression_does(pattern, name):
    assert is_match(pattern, name) == bool(by_hand(pattern).fullmatch("/" + name))


@SEARCH
@given(st.lists(st.tuples(st.booleans(), _PATTERNS), min_size=1, max_size=4), _NAMES)
def test_the_last_pattern_that_matches_decides(signed, name):
    chosen = False
    for is_out, pattern in signed:
        if by_hand(pattern).fullmatch("/" + name):
            chosen = not is_out
    patterns = ["!" * is_out + pattern for is_out, pattern in signed]
    assert is_branch_chosen(patterns, name) == chosen


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        ("release/*", ["release/1.0"], ["release", "release/1/2", "my/release/1.0"]),
        ("*", ["main", ".x"], ["a/b"]),
        ("**", ["main", "a/b", "a/b/c"], []),
        ("release/**", ["release/1", "release/1/2"], ["release", "x/release/1"]),
        ("**/fix", ["fix", "a/fix", "a/b/fix"], ["prefix", "fix/a"]),
        ("main", ["main"], ["Main", "main2", "x/main", "main/x"]),
        ("2?.[0-9]", ["24.8", "25.1"], ["24.10", "24x8"]),
        ("[", ["["], ["a"]),
        ("/main", [], ["main"]),
        ("a+", ["a+"], ["aa"]),
        ("release/.*", ["release/.x"], ["release/1.0"]),
    ],
)
def test_patterns_are_anchored_globs(pattern, matches, misses):
    """Faults 9 and 39: nothing is matched from the right, and nothing is a regular expression."""
    assert [name for name in matches + misses if is_match(pattern, name)] == matches


def test_a_backtracking_pattern_costs_nothing():
    assert not is_match("**/a/" * 30 + "b", "a/" * 200 + "c")


def test_files_are_meant_as_in_a_footprint():
    """Fault 9: "docs/*" is not `ci/docs/run.py`."""
    assert is_any_file_chosen(["docs/*"], ["docs/a.md"])
    assert is_any_file_chosen(["docs"], ["docs/deep/a.md"])
    assert not is_any_file_chosen(["docs/*"], ["ci/docs/run.py"])
    assert not is_any_file_chosen(["docs/*"], [])
    assert is_any_file_chosen([], [])
    assert is_any_file_chosen(["src", "!src/*.md"], ["src/a.md", "src/a.c"])
    assert not is_any_file_chosen(["src", "!src/*.md"], ["src/a.md"])
    assert is_any_file_chosen(["!src/*.md", "src"], ["src/a.md"])


def test_workflows_start_in_the_order_of_the_table():
    routes = [Route(workflow=name, event="push") for name in ("z", "a", "m")]
    assert started(push("main"), *routes) == ["z", "a", "m"]


@pytest.mark.parametrize("event", ["pull_request", "push", "schedule", "dispatch", "merge_queue"])
def test_only_routes_of_the_same_event_start(event):
    events = ["pull_request", "push", "schedule", "dispatch", "merge_queue"]
    routes = [Route(workflow="w", event=each) for each in events]
    table = RoutingTable(repository="o/r", sha="1", at=0.0, routes=tuple(routes))
    found = route(table, Occasion(event=event, workflow="w"))
    assert [each.event for each in found] == [event]


def test_what_github_actions_run_is_not_started():
    one = Route(workflow="w", event="push", engine="GHActions")
    assert not started(push("main"), one)


def test_what_is_published_as_pages_starts_only_what_names_its_branch():
    anything = Route(workflow="any", event="push")
    names = ["gh-pages", "**", "main"]
    named = [Route(workflow=name, event="push", branches=(name,)) for name in names]
    assert started(push("gh-pages"), anything, *named) == ["gh-pages", "**"]
    assert started(push("gh-pages2"), anything) == ["any"]


def test_a_push_is_filtered_by_its_branch_and_its_files():
    one = Route(workflow="w", event="push", branches=("main", "release/*"), paths=("src",))
    assert started(push("main", "src/a"), one)
    assert started(push("release/1", "src/a"), one)
    assert not started(push("topic", "src/a"), one)
    assert not started(push("main", "docs/a"), one)
    assert started(push("main"), one), "unknown files exclude nothing"
    assert not started(Occasion(event="push", branch="main", changed=()), one)


@pytest.mark.parametrize("event", ["pull_request", "merge_queue"])
def test_a_change_is_filtered_by_the_branch_that_it_is_for(event):
    one = Route(workflow="w", event=event, base_branches=("main",), branches=("other",))
    assert started(Occasion(event=event, branch="main", base_branch="main"), one)
    assert not started(Occasion(event=event, branch="main", base_branch="topic"), one)


@pytest.mark.parametrize("event", ["schedule", "dispatch"])
def test_a_named_workflow_starts_whatever_has_changed(event):
    routes = [Route(workflow=name, event=event, paths=("src",)) for name in ("a", "b")]
    assert started(Occasion(event=event, workflow="b", changed=("x",)), *routes) == ["b"]
    assert started(Occasion(event=event, workflow="B"), *routes) == []
    assert started(Occasion(event=event), *routes) == []


def test_a_dispatch_is_filtered_by_the_branch_and_a_schedule_is_not():
    some = {"workflow": "w", "branches": ("release/*",)}
    asked = Occasion(event="dispatch", workflow="w", branch="main")
    assert not started(asked, Route(event="dispatch", **some))
    assert started(Occasion(event="dispatch", workflow="w"), Route(event="dispatch", **some))
    due = Occasion(event="schedule", workflow="w", branch="main")
    assert started(due, Route(event="schedule", **some))
