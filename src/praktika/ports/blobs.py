"""Blobs: logs, artifacts, results, reports, claims."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Protocol


class Blobs(Protocol):
    """Bytes under keys: path-like names of `[A-Za-z0-9._/-]`, without "." or ".." segments.

    A key is never also the folder of other keys: ValueError where the store finds that by itself.
    Folders do; S3 holds both, and looking would cost a request for each `put`.

    Concurrency: readers see an old or a new blob whole, never a mixture. Of several `create`
    calls for one key exactly one succeeds.
    """

    def put(self, key: str, data: bytes | Path, *, tags: Mapping[str, str] | None = None) -> None:
        """Store bytes, or a file's, replacing what was there.

        Args:
            key: of the blob.
            data: what to store.
            tags: for rules and bills of a store that knows tags; others ignore them.
        """

    def create(self, key: str, data: bytes) -> None:
        """Store bytes where nothing is yet.

        Raises:
            Conflict: the key is taken.
        """

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes `[start:end]`, neither negative; short or empty where the blob ends earlier.

        Raises:
            Absent: there is no such blob.
        """

    def size(self, key: str) -> int:
        """How many bytes the blob has now.

        Raises:
            Absent: there is no such blob.
        """

    def fetch(self, key: str, path: Path) -> None:
        """Write a blob to a file, replacing it; its directory must exist.

        Raises:
            Absent: there is no such blob.
        """

    def stream(self, key: str) -> BinaryIO:
        """A new stream that can be read under `key` while it grows.

        What is written can be read at once after `flush`, and within 20 seconds without. Readers
        never see less of it than before. The only writer is the caller; `close` makes it final.
        """

    def delete(self, key: str) -> None:
        """Remove a blob; nothing if there is none."""

    def list(self, prefix: str) -> list[str]:
        """The keys below `prefix` (leading segments, with or without "/" at the end), sorted."""
