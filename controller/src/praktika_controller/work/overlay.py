"""A checkout's own praktika, to run its jobs with.

An orchestrator packs it from the declared commit and writes its SHA-256 into the run's `run.json`.
Nothing else is unpacked than what has that digest; and as an archive is only as good as whoever
packed it, nothing that reaches out of its folder (security 11).
"""

from __future__ import annotations

import re
import secrets
import shutil
import tarfile
from pathlib import Path, PurePosixPath

from praktika_controller.bucket import Bucket
from praktika_controller.faults import Refused

PACKED, UNPACKED, ENTRIES = 32 << 20, 256 << 20, 20_000
_KEPT = 8
_DIGEST = re.compile(r"[0-9a-f]{64}")


def bring(bucket: Bucket, key: str, digest: str, folder: Path) -> Path:
    """A folder with the package `praktika`, for PYTHONPATH.

    Args:
        bucket: where it is.
        key: of the blob, a tar.gz.
        digest: SHA-256 of the blob, in hexadecimal.
        folder: where such things are unpacked, each under its digest.

    Raises:
        Refused: it is not what it should be.
    """
    if not _DIGEST.fullmatch(digest):
        raise Refused("the praktika of the checkout has no SHA-256 to check it with")
    place = folder / digest
    if place.is_dir():
        return place
    _forget_old(folder)
    packed = folder / f"{secrets.token_hex(8)}.tar.gz"
    draft = packed.with_suffix(".draft")
    try:
        found = bucket.fetch(key, packed, PACKED)
        if found != digest:
            raise Refused("the praktika of the checkout is not there as it was packed")
        _unpack(packed, draft)
        if not (draft / "praktika" / "__init__.py").is_file():
            raise Refused("the praktika of the checkout has no package `praktika`")
        draft.rename(place)
    finally:
        packed.unlink(missing_ok=True)
        shutil.rmtree(draft, ignore_errors=True)
    return place


def _unpack(packed: Path, place: Path) -> None:
    place.mkdir(mode=0o755)
    size = 0
    try:
        with tarfile.open(packed, "r:gz") as tar:
            for number, entry in enumerate(tar):
                size += entry.size
                if number >= ENTRIES or size > UNPACKED:
                    raise Refused("the praktika of the checkout is too large")
                _place(tar, entry, place)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Refused(f"the praktika of the checkout cannot be unpacked: {error}") from error


def _place(tar: tarfile.TarFile, entry: tarfile.TarInfo, place: Path) -> None:
    name = PurePosixPath(entry.name)
    if name.is_absolute() or ".." in name.parts or not name.parts or "\\" in entry.name:
        raise Refused(f"the praktika of the checkout has an entry {entry.name!r}")
    path = place / name
    if entry.isdir():
        path.mkdir(parents=True, exist_ok=True)
        return
    data = tar.extractfile(entry) if entry.isreg() else None
    if data is None:
        raise Refused(f"the praktika of the checkout has {entry.name!r}, which is no plain file")
    path.parent.mkdir(parents=True, exist_ok=True)
    with data, path.open("xb") as file:
        shutil.copyfileobj(data, file)
    path.chmod(0o644)


def _forget_old(folder: Path) -> None:
    there = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in there[: -_KEPT + 1]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
