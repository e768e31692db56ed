"""Files that a job attached to its Result: stored beside it, under names that any store takes."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import msgspec

from praktika.errors import PraktikaError
from praktika.model.result import Result
from praktika.ports.blobs import Blobs
from praktika.runner.outcome import with_warning

MAX_FILES = 1_000
"""Files that one job may attach."""


def keep(
    blobs: Blobs, result: Result, *, workspace: Path, prefix: str, within: Path | None = None
) -> Result:
    """The Result whose files are stored, each path replaced by the one below the run's folder.

    Args:
        blobs: where they go.
        result: with paths relative to the workspace, or absolute.
        workspace: the job's.
        prefix: blob key of the folder for this attempt's files.
        within: the only folder whose files may be attached, links followed: the runner reads more
            than the job can, as its own environment, or what is outside of the job's container.
    """
    keeper = _Keeper(blobs, workspace, prefix, within)
    kept = keeper.visit(result)
    for text in keeper.complaints[:10]:
        kept = with_warning(kept, text)
    return kept


class _Keeper:
    def __init__(self, blobs: Blobs, workspace: Path, prefix: str, within: Path | None) -> None:
        self.blobs = blobs
        self.workspace = workspace
        self.prefix = prefix
        self.within = within.resolve() if within else None
        self.taken: dict[str, str] = {}
        self.complaints: list[str] = []

    def visit(self, result: Result) -> Result:
        results = result.results
        # Most trees have no files at all: they are passed through without a copy.
        if any(_has_files(child) for child in results):
            results = tuple(self.visit(child) for child in results)
        if not result.files and results is result.results:
            return result
        files = tuple(kept for path in result.files if (kept := self._keep(path)))
        return msgspec.structs.replace(result, files=files, results=results)

    def _keep(self, path: str) -> str:
        if path in self.taken:
            return self.taken[path]
        if len(self.taken) >= MAX_FILES:
            self.complaints.append(f"file not attached, there are already {MAX_FILES}: {path}")
            return ""
        key = f"{self.prefix}/{len(self.taken)}-{_safe(path)}"
        try:
            self.blobs.put(key, self._found(path))
        except (OSError, PraktikaError) as error:
            self.complaints.append(f"file not attached: {path}: {error}")
            return ""
        # Below the run's folder: the report lies there, too.
        self.taken[path] = key.split("/", 2)[2]
        return self.taken[path]

    def _found(self, path: str) -> Path:
        place = self.workspace / path
        if self.within is None:
            return place
        place = place.resolve()
        if not place.is_relative_to(self.within):
            raise OSError("it is not in the job's workspace")
        return place


def _has_files(result: Result) -> bool:
    return bool(result.files) or any(_has_files(child) for child in result.results)


def _safe(path: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", PurePosixPath(path).name)[-100:]
    return name.strip(".") or "file"
