"""Patterns of branches and of changed files: whether they can match, and are globs.

`engine.routing.globs` says what they mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Finding, warning

_NOT = "!"
_REGEX = re.compile(r"(?<![0-9\]*])\.\*|\.\+|[\\^$|()]|\]\+|\+$")
"""Signs of a regular expression; `24.*` is the glob that it seems to be."""

_MEANT = (
    (r"^\^|\$$", ""),
    (r"\\d[*+]?", "[0-9]*"),
    (r"\\([./-])", r"\1"),
    (r"^\.[*+]$|(?<=/)\.[*+]$", "**"),
    (r"\.[*+]", "*"),
    (r"\]\+", "]*"),
)
_NOT_IN_BRANCHES = re.compile(r"[\s~^:\\\x00-\x1f\x7f]")
_FULL = "refs/heads/"


def check_branches(workflow: WorkflowConfig, field: str) -> Iterator[Finding]:
    """Patterns of branches that no branch matches, or that were meant for another engine."""
    place = place_of(workflow, field)
    for pattern in getattr(workflow, field):
        name = pattern.removeprefix(_NOT)
        text = f"'{field}' of {called(workflow)} has '{shown(pattern)}', which"
        fault = _branch_fault(name)
        if name and _REGEX.search(name):
            yield warning(place, codes.BAD_PATTERN, f"{text} is no glob.", _meant(name))
        elif fault:
            yield Finding(place, codes.BAD_PATTERN, f"{text} {fault}.", _GLOBS)
    yield from _check_all_out(workflow, field)


def check_paths(workflow: WorkflowConfig) -> Iterator[Finding]:
    """Patterns of files that no file matches, or that match less than they seem to."""
    place = place_of(workflow, "paths")
    for pattern in workflow.paths:
        name = pattern.removeprefix(_NOT)
        segments = name.split("/")
        text = f"'paths' of {called(workflow)} has '{shown(pattern)}', which"
        if not name.strip() or ".." in segments or "\0" in name:
            hint = "Paths start at the repository's root."
            yield Finding(place, codes.BAD_PATTERN, f"{text} no file matches.", hint)
        elif any("**" in segment and segment.strip("*") for segment in segments):
            hint = f"Write '{shown(_deep(name))}' for files in any folder."
            text = f"{text} means the same as with one '*': it crosses no '/'."
            yield warning(place, codes.BAD_PATTERN, text, hint)
    yield from _check_all_out(workflow, "paths")


def _branch_fault(name: str) -> str:
    if not name:
        return "is empty"
    bad = _NOT_IN_BRANCHES.search(name)
    if bad:
        what = "white space" if bad[0].isspace() else f"'{shown(bad[0])}'"
        return f"has {what} in it, as no branch has"
    if "" in name.split("/"):
        return "no branch matches: there is nothing before, behind or between its slashes"
    if name.startswith(_FULL):
        return f"no branch matches: names of branches come without '{_FULL}'"
    return ""


def _check_all_out(workflow: WorkflowConfig, field: str) -> Iterator[Finding]:
    patterns = getattr(workflow, field)
    if patterns and all(pattern.startswith(_NOT) for pattern in patterns):
        text = f"'{field}' of {called(workflow)} only takes out, so that nothing is left."
        hint = 'Put "**" first, for everything else.'
        yield Finding(place_of(workflow, field), codes.BAD_PATTERN, text, hint)


def _meant(name: str) -> str:
    """What was meant by a regular expression, as far as a glob can say it."""
    for wrong, right in _MEANT:
        name = re.sub(wrong, right, name)
    return _GLOBS if _REGEX.search(name) or _branch_fault(name) else f"Write '{shown(name)}'."


def _deep(name: str) -> str:
    """A pattern that crosses folders where it seems to."""
    return "/".join(
        segment.replace("**", "**/*", 1) if "**" in segment and segment.strip("*") else segment
        for segment in name.split("/")
    )


_GLOBS = "'*' is anything but a '/', '**' any number of names, '!' before a pattern takes out."
