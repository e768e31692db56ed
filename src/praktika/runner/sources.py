"""The code of a run on this machine, and workspaces with it.

a folder    of the machine that the run was asked for on: workspaces are copies of it
a remote    workspaces are checkouts of the commit, which other machines have
an archive  unpacked once, then as a folder
"""

from __future__ import annotations

import os
import secrets
import tarfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from praktika.errors import OperatorError
from praktika.model.task import RunFile
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.ports.checkouts import Checkouts, Commit
from praktika.runner.workspace import emptied, remove, workspace

_STALE = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where code comes from.

    Attributes:
        blobs: where archives are.
        unpacked: a folder for unpacked archives, shared by the runners of this machine.
        checkouts: where commits of remotes come from, if this machine can fetch any.
    """

    blobs: Blobs
    unpacked: Path
    checkouts: Checkouts | None = None

    @contextmanager
    def workspace_for(
        self, run_file: RunFile, place: Path, *, submodules: bool = False
    ) -> Iterator[Path]:
        """The code of the run at `place`, for its user alone; it is removed after the block.

        Args:
            run_file: of the run.
            place: where to.
            submodules: whether the submodules of a commit are needed. Folders and archives have
                those that were checked out where the run was asked for.

        Raises:
            OperatorError: the code is not there any more, or cannot be had.
            TransientError: the remote did not answer for too long.
            OSError: it could not be copied.
        """
        if _is_fetched(run_file):
            with emptied(place), self._checked_out(run_file, place, submodules=submodules):
                yield place
            return
        with workspace(source_folder(run_file, self.blobs, self.unpacked), place) as here:
            yield here

    @contextmanager
    def code_of(self, run_file: RunFile) -> Iterator[Path]:
        """A folder with the code of the run, without submodules of a commit; only to be read.

        Raises:
            PraktikaError: as `workspace_for`.
        """
        if not _is_fetched(run_file):
            yield source_folder(run_file, self.blobs, self.unpacked)
            return
        place = self.unpacked / "commit"
        with self._checked_out(run_file, place, submodules=False):
            yield place

    def _checked_out(
        self, run_file: RunFile, place: Path, *, submodules: bool
    ) -> AbstractContextManager[None]:
        if self.checkouts is None:
            raise OperatorError(f"nothing on this machine can fetch from {run_file.remote}")
        facts = run_file.facts
        commit = Commit(
            remote=run_file.remote,
            sha=facts.sha,
            branch=facts.branch,
            submodules=submodules,
            merge=run_file.merge,
        )
        return self.checkouts.checkout(commit, place)


def _is_fetched(run_file: RunFile) -> bool:
    is_here = bool(run_file.folder) and Path(run_file.folder).is_dir()
    return bool(run_file.remote) and not is_here


def source_folder(run_file: RunFile, blobs: Blobs, cache: Path) -> Path:
    """Where the code of the run lies; unpacked from its archive where it is not there yet.

    Args:
        run_file: of the run.
        blobs: where archives are.
        cache: a folder for unpacked archives, shared by the runners of this machine.

    Raises:
        OperatorError: there is neither folder nor archive, or the archive cannot be unpacked.
    """
    if run_file.folder and Path(run_file.folder).is_dir():
        return Path(run_file.folder)
    if not run_file.source:
        raise OperatorError(
            f"the code of run {run_file.run} was on the machine that began it and is not there any"
            " more; start a new run"
        )
    place = cache / run_file.source.replace("/", "-")
    if not place.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        _forget_stale(cache)
        _unpack(blobs, run_file.source, place)
    with suppress(OSError):
        os.utime(place)
    return place


def _unpack(blobs: Blobs, key: str, place: Path) -> None:
    """Unpack beside its place and then move it there: others never see half of it."""
    draft = place.with_name(f"~{secrets.token_hex(8)}")
    packed = draft.with_suffix(".tar")
    try:
        patiently(lambda: blobs.fetch(key, packed))
        with tarfile.open(packed) as tar:
            # The archive is praktika's own; the filter keeps it inside all the same.
            tar.extraction_filter = getattr(tarfile, "tar_filter", None)
            tar.extractall(draft)  # noqa: S202 - see above
        with suppress(OSError):  # another runner was quicker
            draft.rename(place)
    except (tarfile.TarError, OSError) as error:
        raise OperatorError(
            f"the archive of the code ({key}) cannot be unpacked: {error}"
        ) from error
    finally:
        packed.unlink(missing_ok=True)
        remove(draft)


def _forget_stale(cache: Path) -> None:
    for entry in cache.iterdir():
        with suppress(OSError):
            if time.time() - entry.stat().st_mtime > _STALE:
                remove(entry)
