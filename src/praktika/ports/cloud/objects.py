"""Objects in buckets of which a deploy knows the whole names: code, pages, templates."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Objects(Protocol):
    """Bytes under whole names. Readers see an old or a new object whole."""

    def has(self, bucket: str, key: str) -> bool:
        """Whether there is such an object; False, too, where there is no such bucket."""

    def put(self, bucket: str, key: str, data: bytes | Path, *, kind: str = "") -> None:
        """Store bytes, or a file's, replacing what was there.

        Args:
            bucket: where.
            key: of the object.
            data: what to store.
            kind: the media type, "" for bytes of any kind.

        Raises:
            Absent: there is no such bucket.
        """

    def get(self, bucket: str, key: str) -> bytes:
        """The bytes of an object.

        Raises:
            Absent: there is no such object, or bucket.
        """

    def keys(self, bucket: str, folder: str) -> list[str]:
        """The names of all objects in a folder, which ends in "/"; none without such a bucket."""

    def remove(self, bucket: str, key: str) -> None:
        """Delete an object; nothing if there is none."""
