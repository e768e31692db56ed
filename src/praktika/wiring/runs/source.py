"""The code of a run, archived so that the run can be served and run again without its author."""

from __future__ import annotations

import hashlib
import os
import tarfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from praktika.adapters.local import git
from praktika.errors import Absent, PraktikaError
from praktika.patience import patiently
from praktika.ports.blobs import Blobs

_FACTS = ("HEAD", "packed-refs", "config")


def source_key(place: git.Checkout, snapshot: Path, run: str) -> str:
    """Where the archive of this code is kept.

    A checkout without changes is kept once for all its runs; one with changes for each of them,
    also if somebody began to change it while it was copied. The submodules that are checked out
    belong to it.
    """
    is_git = place.git_dir is not None
    if place.facts.dirty or not place.facts.sha or (is_git and git.dirty(place.root)):
        return own_key(run)
    digest = hashlib.sha256(place.facts.sha.encode())
    for name in _FACTS:
        with suppress(OSError):
            digest.update(b"\0" + (snapshot / ".git" / name).read_bytes())
    for state in git.submodule_states(place):
        digest.update(b"\0" + os.fsencode(state))
    return f"sources/{digest.hexdigest()[:40]}.tar"


def own_key(run: str) -> str:
    """Where the archive of code is kept that is in no commit."""
    return f"sources/{run}.tar"


def archive(snapshot: Path, blobs: Blobs, key: str) -> None:
    """Store the code under the key, if it is not there yet.

    Raises:
        PraktikaError: it cannot be written or stored.
    """
    with suppress(Absent):
        blobs.size(key)
        return
    packed = snapshot.with_name(f"{snapshot.name}.tar")
    try:
        with tarfile.open(packed, "w", format=tarfile.PAX_FORMAT) as tar:
            for path in _entries(snapshot):
                tar.add(path, arcname=str(path.relative_to(snapshot)), recursive=False)
        patiently(lambda: blobs.put(key, packed))
    finally:
        packed.unlink(missing_ok=True)


def _entries(snapshot: Path) -> Iterator[Path]:
    for path in sorted(snapshot.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _entries(path)


class Archiving:
    """Archives the code beside the run, inside a `with`.

    Args:
        snapshot: the code; nobody changes it meanwhile.
        blobs, key: where to.
    """

    def __init__(self, snapshot: Path, blobs: Blobs, key: str) -> None:
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._archive, args=(snapshot, blobs, key))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _archive(self, snapshot: Path, blobs: Blobs, key: str) -> None:
        try:
            archive(snapshot, blobs, key)
        except (PraktikaError, OSError, tarfile.TarError) as error:
            # The run does not need it; running jobs again later will say that it is missing.
            self.error = error
