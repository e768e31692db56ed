"""The declared infrastructure, judged by the room that knows it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from praktika.pipeline.check.sound import sound
from praktika.pipeline.declare.declared import Declared, fields_of
from praktika.pipeline.finding import Finding, Place
from praktika.pipeline.load.loader import Loaded


class Around(NamedTuple):
    """What projects are compared with.

    Attributes:
        root: of the repository.
        settings: all settings by name.
        places: where the author set one.
        show: a place as `file:line`, relative to the root.
    """

    root: str
    settings: Mapping[str, Any]
    places: Mapping[str, Place]
    show: Callable[[Place], str]


Check = Callable[[Sequence[Declared], Around], Iterable[Finding]]
"""The function `check` of a module that `CHECKED_BY` names."""


def check_projects(
    loaded: Loaded, show: Callable[[Place], str], findings: list[Finding]
) -> list[Declared]:
    """The projects with every field of its type; what is wrong with them is added to `findings`."""
    projects = [_sound(project, findings, {}) for project in loaded.projects]
    around = Around(loaded.root, loaded.settings, loaded.places, show)
    for name in dict.fromkeys(type(project).CHECKED_BY for project in projects):
        check: Check = importlib.import_module(name).check
        judged = [project for project in projects if name == type(project).CHECKED_BY]
        findings.extend(check(judged, around))
    return projects


def labels_of_pools(projects: Iterable[Declared]) -> tuple[str, ...] | None:
    """The labels that declared runner pools serve, or None when no pool is declared.

    A pool for code from outside serves nothing else, so its label counts only if another pool has
    it, too.
    """
    pools = [
        pool
        for project in projects
        for pool in getattr(project, "runner_pools", ())
        if isinstance(pool, Declared) and isinstance(getattr(pool, "name", None), str)
    ]
    trusted = [pool for pool in pools if not getattr(pool, "untrusted", False)]
    labels = [getattr(pool, "label", "") or pool.name for pool in trusted]
    return tuple(dict.fromkeys(labels)) if pools else None


def _sound(thing: Declared, findings: list[Finding], done: dict[int, Declared]) -> Declared:
    """An object with all that it holds made sound; what is held twice stays one object."""
    known = done.get(id(thing))
    if known is not None:
        return known
    made = sound(thing, findings)
    if made is thing:
        made = thing.copy_shallow()
    done[id(thing)] = made
    for field in fields_of(type(thing)):
        value = getattr(made, field)
        if isinstance(value, Declared):
            made.__dict__[field] = _sound(value, findings, done)
        elif isinstance(value, list | tuple):
            made.__dict__[field] = [
                _sound(one, findings, done) if isinstance(one, Declared) else one for one in value
            ]
    return made
