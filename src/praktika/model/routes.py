"""The routing table: what starts which workflow, as the default branch says."""

from __future__ import annotations

import msgspec

from praktika.model.facts import InputValue

VERSION = 1

PAGES = "gh-pages"
"""The branch from which pages are served. What is there was made, and is not tested."""


class Input(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value that is asked for when a workflow is dispatched.

    Attributes:
        kind: "text", "boolean", "number" or "choice".
        options: of the kind "choice".
        default: None if there is none.
    """

    name: str
    kind: str = "text"
    description: str = ""
    required: bool = False
    default: InputValue | None = None
    options: tuple[str, ...] = ()


class Route(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What starts one workflow.

    Attributes:
        workflow: its name.
        event: the kind of event, one of `Workflow.Event`.
        engine: who runs it, one of `Workflow.Engine`; praktika starts its own only.
        branches: globs of branches, for pushes; empty means any but `PAGES`.
        base_branches: globs of the branch that a change is for; empty means any.
        paths: globs of changed files; empty means any.
        schedules: cron lines, in UTC.
        inputs: of a dispatch.
        merge: whether a pull request is tested merged with its base.
        open: whether changes from outside run without approval.
    """

    workflow: str
    event: str
    engine: str = "praktika"
    branches: tuple[str, ...] = ()
    base_branches: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    schedules: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    merge: bool = True
    open: bool = False


class RoutingTable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All routes of a repository.

    Attributes:
        repository: `owner/name`.
        sha: the commit of the default branch that it was compiled from.
        at: when, in seconds since the epoch.
        routes: in the order of the declaration; empty if it has errors.
        problems: why it could not be compiled, or "".
    """

    repository: str
    sha: str
    at: float
    routes: tuple[Route, ...] = ()
    problems: str = ""
    version: int = VERSION


class Occasion(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has happened that may start workflows.

    Attributes:
        event: its kind, one of `Workflow.Event`.
        branch: that was pushed to, or whose code a dispatch is for; "" if that is not known.
        base_branch: that a pull request, or a group of a merge queue, is for.
        changed: paths of the changed files, both names of one that was renamed; None if that is
            not known, and then no workflow is left out for its paths.
        workflow: name of the one that is scheduled, or dispatched.
    """

    event: str
    branch: str = ""
    base_branch: str = ""
    changed: tuple[str, ...] | None = None
    workflow: str = ""
