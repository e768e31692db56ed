"""Which entries of a workspace an artifact is made of."""

# ruff: noqa: PTH114, PTH115, PTH118, PTH120 - names of many files, which never become Paths

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from praktika.model.plan import Artifact
from praktika.runner.artifacts.record import OutputMissing

_LINKS = 40


def entries(artifact: Artifact, workspace: Path) -> list[bytes]:
    """Names of the files, links and folders to pack, sorted; none of them below another.

    What is matched through a link into the workspace is named by where it really is, and the link
    is packed as well. An optional artifact may be empty.

    Raises:
        OutputMissing: a pattern is wrong or leads out, or there is nothing to pack; or, unless the
            artifact is optional, a pattern matches nothing.
    """
    root = os.path.realpath(workspace)
    found: set[str] = set()
    folders: dict[str, tuple[str, list[str]]] = {}
    for pattern in artifact.paths:
        matched = 0
        for path in _matches(artifact, root, pattern):
            matched += 1
            parent, _, name = path.rpartition("/")
            if parent not in folders:
                folders[parent] = _straight(root, parent, path)
            real, links = folders[parent]
            found.update((f"{real}/{name}" if real else name, *links))
        if not matched and not artifact.optional:
            raise OutputMissing(f"artifact '{artifact.name}': nothing matches '{pattern}'")
    return sorted(os.fsencode(path) for path in found if not _is_below(path, found))


def _matches(artifact: Artifact, root: str, pattern: str) -> Iterator[str]:
    """The paths that a pattern matches, relative to the root."""
    relative = os.path.relpath(pattern, root) if pattern.startswith("/") else pattern
    if ".." in relative.split("/"):
        raise OutputMissing(f"artifact '{artifact.name}': '{pattern}' is not in the workspace")
    plain = os.path.normpath(relative)
    try:
        if os.path.lexists(f"{root}/{plain}"):
            yield plain
            return
        cut = len(root) + 1
        # Path.glob, unlike glob.glob, does not follow links into folders.
        yield from (os.fspath(path)[cut:] or "." for path in Path(root).glob(plain))
    except (ValueError, NotImplementedError) as error:
        raise OutputMissing(f"artifact '{artifact.name}': '{pattern}': {error}") from error


def _straight(root: str, folder: str, path: str) -> tuple[str, list[str]]:
    """Where a folder really is, relative to the root, and the links on the way there."""
    links: list[str] = []
    here, rest = "", [part for part in folder.split("/") if part]
    while rest:
        here = f"{here}/{rest.pop(0)}" if here else rest.pop(0)
        if not os.path.islink(f"{root}/{here}"):
            continue
        linked = os.readlink(f"{root}/{here}")
        target = os.path.normpath(os.path.join(os.path.dirname(here), linked))
        if target.startswith(("/", "../")) or target == ".." or len(links) > _LINKS:
            raise OutputMissing(f"'{path}' leads out of the workspace through a link")
        links.append(here)
        rest = [part for part in target.split("/") if part != "."] + rest
        here = ""
    return here, links


def _is_below(path: str, found: set[str]) -> bool:
    if path != "." and "." in found:
        return True
    cut = path.rfind("/")
    while cut > 0:
        if path[:cut] in found:
            return True
        cut = path.rfind("/", 0, cut)
    return False
