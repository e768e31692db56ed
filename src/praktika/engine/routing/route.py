"""Which workflows an occasion starts. Pure.

Every filter of a route that applies to the occasion must let it through:

    pull_request  base_branches, paths
    push          branches, paths
    merge_queue   base_branches, paths
    schedule      the workflow's name
    dispatch      the workflow's name; branches

What is not known (no branch, no list of changed files) excludes nothing. A push to the branch of
pages starts only what names its branches: else whatever is published there would be tested. What
another engine runs, GitHub Actions, is never started.
"""

from __future__ import annotations

from praktika.engine.routing.globs import is_any_file_chosen, is_branch_chosen
from praktika.model.routes import PAGES, Occasion, Route, RoutingTable

_OWN = "praktika"
_BY_NAME = ("schedule", "dispatch")


def route(table: RoutingTable, occasion: Occasion) -> tuple[Route, ...]:
    """The workflows that start, in the order of the table."""
    return tuple(each for each in table.routes if is_started(each, occasion))


def is_started(route: Route, occasion: Occasion) -> bool:
    """Whether one workflow starts."""
    if route.event != occasion.event or route.engine != _OWN:
        return False
    if route.event in _BY_NAME:
        is_meant = route.workflow == occasion.workflow
        return is_meant and (route.event == "schedule" or _is_branch_chosen(route, occasion))
    if occasion.event == "push" and occasion.branch == PAGES and not route.branches:
        return False
    return _is_branch_chosen(route, occasion) and _are_files_chosen(route, occasion)


def _is_branch_chosen(route: Route, occasion: Occasion) -> bool:
    if route.event in {"push", "dispatch"}:
        patterns, branch = route.branches, occasion.branch
    else:
        patterns, branch = route.base_branches, occasion.base_branch
    return not branch or is_branch_chosen(patterns, branch)


def _are_files_chosen(route: Route, occasion: Occasion) -> bool:
    return occasion.changed is None or is_any_file_chosen(route.paths, occasion.changed)
