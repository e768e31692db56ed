"""The code of a run on this machine: the folder that workspaces are copied from."""

from __future__ import annotations

import os
import secrets
import tarfile
import time
from contextlib import suppress
from pathlib import Path

from praktika.errors import OperatorError
from praktika.model.task import RunFile
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.runner.workspace import remove

_STALE = 24 * 3600.0


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
