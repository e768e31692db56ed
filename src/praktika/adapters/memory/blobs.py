"""Blobs in memory."""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from praktika.adapters.rules import check_key, check_prefix, check_range
from praktika.errors import Absent, Conflict

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class MemoryBlobs:
    """A `Blobs` that ends with the process.

    A folder cannot hold both "a" and "a/b"; neither can this, so that tests show it.
    """

    def __init__(self) -> None:
        self._blobs: dict[str, bytearray] = {}
        self._folders: set[str] = set()
        self._lock = threading.Lock()

    def put(
        self,
        key: str,
        data: bytes | Path,
        *,
        tags: Mapping[str, str] | None = None,  # noqa: ARG002 - nobody here could use them
    ) -> None:
        """Store bytes, or a file's, replacing what was there."""
        content = bytearray(_read(data) if isinstance(data, Path) else data)
        with self._lock:
            self._place(key, content)

    def create(self, key: str, data: bytes) -> None:
        """Store bytes where nothing is yet; see the port."""
        with self._lock:
            if key in self._blobs:
                raise Conflict(f"blob {key} is there already")
            self._place(key, bytearray(data))

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes `[start:end]`; see the port."""
        check_range(start, end)
        with self._lock:
            try:
                return bytes(self._blobs[check_key(key)][start:end])
            except KeyError:
                raise Absent(f"there is no blob {key}") from None

    def size(self, key: str) -> int:
        """How many bytes the blob has now."""
        return len(self.get(key))

    def fetch(self, key: str, path: Path) -> None:
        """Write a blob to a file, replacing it; see the port."""
        path.write_bytes(self.get(key))

    def stream(self, key: str) -> BinaryIO:
        """A new stream that can be read under `key` while it grows."""
        content = bytearray()
        with self._lock:
            self._place(key, content)
        return cast("BinaryIO", _Stream(content, self._lock))

    def delete(self, key: str) -> None:
        """Remove a blob; nothing if there is none."""
        with self._lock:
            self._blobs.pop(check_key(key), None)

    def list(self, prefix: str) -> list[str]:
        """The keys below `prefix`, sorted."""
        bare = check_prefix(prefix)
        start = f"{bare}/" if bare else ""
        with self._lock:
            return sorted(key for key in self._blobs if key.startswith(start))

    def _place(self, key: str, content: bytearray) -> None:
        check_key(key)
        segments = key.split("/")
        folders = {"/".join(segments[:count]) for count in range(1, len(segments))}
        if key in self._folders or not folders.isdisjoint(self._blobs):
            raise ValueError(f"{key!r} would be both a blob and a folder of blobs")
        self._folders |= folders
        self._blobs[key] = content


class _Stream(io.RawIOBase):
    def __init__(self, content: bytearray, lock: threading.Lock) -> None:
        self._content = content
        self._lock = lock

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        if self.closed:
            raise ValueError("this stream is closed")
        with self._lock:
            self._content += data
        return len(memoryview(data))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Absent(f"there is no file {path}") from None
