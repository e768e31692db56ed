"""Which files of an artifact are published, under which names, and where people find them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit

from praktika.adapters.disk import os_fault
from praktika.adapters.local.git.pages import LIMIT
from praktika.errors import OperatorError
from praktika.model.forge import Repository
from praktika.model.routes import PAGES
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.runner.archive import Limits, Refused
from praktika.runner.artifacts.fetch import fetch
from praktika.wiring.github.pages.due import Page
from praktika.wiring.places import scratch_folder

MOST = 2 * LIMIT
"""Bytes that an artifact may have for us to look into it at all."""

_GITHUB = "github.com"
_WILD = re.compile(r"[*?\[]")


@contextmanager
def unpacked(blobs: Blobs, page: Page, limits: Limits) -> Iterator[Path]:
    """The folder with the artifact in the block.

    Raises:
        OperatorError: it is not what was stored, or not accepted.
        TransientError: it cannot be had now.
    """
    what = f"artifact '{page.artifact.name}'"
    if page.stored.size > MOST:
        raise OperatorError(f"{what} has {page.stored.size:,} bytes, which is too much for pages")
    limits = replace(limits, bytes=min(limits.bytes, MOST))
    with scratch_folder("pages") as place:
        folder = place / "artifact"
        try:
            patiently(lambda: fetch(blobs, page.stored, folder, prefix=page.prefix, limits=limits))
        except Refused as error:
            raise OperatorError(f"{what} is refused: {error}") from error
        except OSError as error:
            raise os_fault(error, f"cannot unpack {what}") from error
        yield folder


def root_of(artifact: Path, paths: Sequence[str]) -> Path:
    """The folder of an artifact whose content is published: what all of its paths have in common.

    Of one folder it is that folder itself, of a file the one around it, of a glob what stands
    before its first wildcard.

    Args:
        artifact: unpacked.
        paths: of its declaration.
    """
    common: tuple[str, ...] | None = None
    for path in paths:
        base = _base(artifact, path)
        common = base if common is None else _shared(common, base)
    root = artifact.joinpath(*(common or ()))
    is_inside = root.resolve().is_relative_to(artifact.resolve())
    return root if is_inside and root.is_dir() else artifact


def address(repository: Repository, folder: str, root: Path) -> str:
    """Where people find what is published; "" if the forge has nothing for people.

    That is `index.html`, or the only file; where there is no such page, the folder of the branch,
    and on GitHub Enterprise as well: where that serves pages is not known.
    """
    names = [path.name for path in root.iterdir()]
    page = "index.html" if "index.html" in names or len(names) != 1 else names[0]
    if (root / page).is_file() and urlsplit(repository.page).netloc == _GITHUB:
        owner, _, name = repository.name.partition("/")
        site = f"{owner.lower()}.github.io"
        below = "" if name.lower() == site else f"/{name}"
        last = "" if page == "index.html" else quote(page, errors="replace")
        return f"https://{site}{below}/{quote(folder)}/{last}"
    return f"{repository.page}/tree/{PAGES}/{quote(folder)}" if repository.page else ""


def _base(artifact: Path, path: str) -> tuple[str, ...]:
    """The parts of the folder that is one path's own."""
    parts = PurePosixPath(os.path.normpath(path)).parts
    if path.startswith("/") or ".." in parts:
        return ()
    place = artifact.joinpath(*parts)
    if place.is_dir():
        return parts
    wild = (number for number, part in enumerate(parts) if _WILD.search(part))
    first = len(parts) if place.exists() else next(wild, len(parts))
    return parts[: min(first, len(parts) - 1)]


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """What two paths begin with."""
    return tuple(Path(os.path.commonpath([Path(*one), Path(*other)])).parts)
