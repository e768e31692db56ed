"""Who uses which commits of a mirror, and what becomes of mirrors that nobody uses."""

from __future__ import annotations

import fcntl
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

IDLE = 30 * 24 * 3600.0
"""Seconds after which a mirror that nobody uses is removed."""


def in_use(place: Path, own: Collection[str] = ()) -> set[str]:
    """The commits that somebody else works with; uses of those who were killed are removed."""
    found = set()
    for path in (place / "uses").glob("*"):
        if path.name in own:
            continue
        with suppress(FileNotFoundError), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                path.unlink()
            except BlockingIOError:
                found.add(file.read().decode())
    return found


def forget_idle(folder: Path) -> None:
    """Remove mirrors that nobody has used for long, and what killed processes left half made."""
    for place in folder.iterdir():
        with suppress(OSError):
            if time.time() - _last_used(place) < IDLE:
                continue
            if place.name.startswith("~"):
                shutil.rmtree(place)
            elif place.suffix == ".git":
                _forget(place)


def _last_used(place: Path) -> float:
    uses, times = place / "uses", [place.stat().st_mtime]
    if uses.is_dir():  # a use that begins or ends changes the folder
        times.append(uses.stat().st_mtime)
    return max(times)


def _forget(place: Path) -> None:
    at_once = fcntl.LOCK_EX | fcntl.LOCK_NB
    with (
        locked(place.with_suffix(".fetching"), at_once),
        locked(place.with_suffix(".tidying"), at_once),
    ):
        if not in_use(place):
            aside = place.with_name(f"~{secrets.token_hex(8)}")
            place.rename(aside)
            shutil.rmtree(aside)


@contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[BinaryIO]:
    """The file, locked in the block, and for as long as a child that got it lives."""
    with path.open("ab") as file:
        fcntl.flock(file, how)
        yield file
