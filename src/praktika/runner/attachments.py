"""Files that a job attached to its Result: stored beside it, under names that any store takes."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec

from praktika.errors import PraktikaError
from praktika.model.result import Result
from praktika.ports.blobs import Blobs
from praktika.runner.outcome import with_warning
from praktika.runner.user import JobUser, acting

MAX_FILES = 1_000
"""Files that one job may attach."""

MAX_BYTES = 64 << 30
"""Bytes that they may have together."""

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_OF_THE_SYSTEM = (("proc",), ("sys",), ("dev",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where attached files are, and where they go.

    Attributes:
        workspace: of the job.
        prefix: blob key of the folder for this attempt's files.
        within: the only folder whose files may be attached, links followed: the runner reads more
            than the job can, as its own environment, or what is outside of the job's container.
        user: whom the job ran as; what that user cannot read is not attached.
        limit: bytes of all files.
    """

    workspace: Path
    prefix: str
    within: Path | None = None
    user: JobUser | None = None
    limit: int = MAX_BYTES


def keep(blobs: Blobs, result: Result, desk: Desk) -> Result:
    """The Result whose files are stored, each path replaced by the one below the run's folder.

    Args:
        blobs: where they go.
        result: with paths relative to the workspace, or absolute.
        desk: see `Desk`.
    """
    keeper = _Keeper(blobs, desk)
    kept = keeper.visit(result)
    for text in keeper.complaints[:10]:
        kept = with_warning(kept, text)
    return kept


class _Keeper:
    def __init__(self, blobs: Blobs, desk: Desk) -> None:
        self.blobs = blobs
        self.desk = desk
        self.within = desk.within.resolve() if desk.within else None
        self.left = desk.limit
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
        key = f"{self.desk.prefix}/{len(self.taken)}-{_safe(path)}"
        try:
            with self._opened(path) as file:
                self.blobs.put(key, file)
        except (OSError, PraktikaError) as error:
            self.complaints.append(f"file not attached: {path}: {error}")
            return ""
        # Below the run's folder: the report lies there, too.
        self.taken[path] = key.split("/", 2)[2]
        return self.taken[path]

    @contextmanager
    def _opened(self, path: str) -> Iterator[Path]:
        """A path for the block that leads to the very file that the job may attach."""
        with acting(self.desk.user):
            place = self._found(path)
            file = os.open(place, _READ)
        try:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError("it is no regular file")
            if facts.st_size > self.left:
                raise OSError(f"the job's files would have more than {self.desk.limit:,} bytes")
            self.left -= facts.st_size
            # What was opened is stored, whatever is at its path by now.
            yield Path(f"/proc/self/fd/{file}") if self.desk.user else place
        finally:
            os.close(file)

    def _found(self, path: str) -> Path:
        place = self.desk.workspace / path
        if self.within is None and self.desk.user is None:
            return place
        place = place.resolve()
        if self.within is not None and not place.is_relative_to(self.within):
            raise OSError("it is not in the job's workspace")
        if place.parts[1:2] in _OF_THE_SYSTEM:  # this process has another /proc/self than the job
            raise OSError("it is not a file of the job's")
        return place


def _has_files(result: Result) -> bool:
    return bool(result.files) or any(_has_files(child) for child in result.results)


def _safe(path: str) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", PurePosixPath(path).name)[-100:]
    return name.strip(".") or "file"
