"""The disks that a job can fill, while it runs: it is ended while there is room for the runner."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

_SHARED = ("/tmp", "/var/tmp", "/var/lib/docker", "/var/lib/containerd")  # noqa: S108
_FILES = 10_000
_PART = 10
"""The reserve is at most this part of a disk, so that small ones can be used."""


class Disks:
    """The file systems below some folders and below those that everybody writes to.

    Args:
        folders: of the job.
        reserve: bytes that have to stay free on each; 0 means that nobody looks.
    """

    def __init__(self, folders: Iterable[str], reserve: int) -> None:
        self._reserve = reserve
        self._folders: dict[int, str] = {}
        for folder in (*folders, *_SHARED) if reserve else ():
            with suppress(OSError):
                self._folders.setdefault(os.stat(folder).st_dev, folder)  # noqa: PTH116 - as below

    def complaint(self) -> str:
        """Which disk is as good as full, or ""."""
        for folder in self._folders.values():
            with suppress(OSError):
                disk = os.statvfs(folder)
                total, left = disk.f_blocks * disk.f_frsize, disk.f_bavail * disk.f_frsize
                if left < min(self._reserve, total // _PART):
                    return f"the disk of {folder} is full: {left >> 20:,} MiB are left"
                if disk.f_files and disk.f_favail < min(_FILES, disk.f_files // _PART):
                    return f"the disk of {folder} is full: {disk.f_favail:,} more files fit"
        return ""
