"""Blobs in S3, below `<prefix>blobs/`.

A blob that grows is an empty object under its key, with a token in its metadata, and parts in
order below `<prefix>growing/`, which no key reaches; see `growing.py`. Who reads looks at the
object first, then at the parts, and then at the object again: once that is final, parts may be
gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, cast

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.growing import TOKEN, Stream, parts_of
from praktika.adapters.aws.objects import Bucket
from praktika.adapters.disk import check_source, os_fault, replacing
from praktika.adapters.rules import check_key, check_prefix, check_range
from praktika.errors import Absent, Conflict, Unavailable

_LOOKS = 5


class S3Blobs:
    """A `Blobs` in a bucket, for all who have credentials for it.

    Args:
        aws: the clients.
        bucket: its name.
        prefix: what the names of all objects begin with: "" or ending in "/".
    """

    def __init__(self, aws: Clients, bucket: str, prefix: str = "") -> None:
        self._blobs = Bucket(aws, bucket, f"{prefix}blobs/")
        self._parts = Bucket(aws, bucket, f"{prefix}growing/")

    def name(self, key: str) -> str:
        """The name of the object in the bucket; for links and policies. Not part of the port."""
        return self._blobs.prefix + check_key(key)

    def put(self, key: str, data: bytes | Path, *, tags: Mapping[str, str] | None = None) -> None:
        """Store bytes, or a file's, replacing what was there."""
        check_key(key)
        if not isinstance(data, Path):
            self._blobs.put(key, bytes(data), len(data), tags=tags)
            return
        check_source(data)
        try:
            with data.open("rb") as file:
                self._blobs.put(key, file, data.stat().st_size, tags=tags)
        except OSError as error:
            raise os_fault(error, f"cannot read {data}") from error

    def create(self, key: str, data: bytes) -> None:
        """Store bytes where nothing is yet; see the port."""
        try:
            self._blobs.create(check_key(key), bytes(data))
        except Conflict:
            raise Conflict(f"blob {key} is there already") from None

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes `[start:end]`; see the port."""
        check_range(start, end)
        check_key(key)
        for _ in range(_LOOKS):
            found = self._blobs.get(key, start, end, _missing(key))
            token = found.metadata.get(TOKEN)
            if token is None:
                return found.data
            grown = self._grown(key, token, start, end)
            if grown is not None:
                return grown
        raise _changing(key)

    def size(self, key: str) -> int:
        """How many bytes the blob has now."""
        check_key(key)
        for _ in range(_LOOKS):
            found = self._blobs.head(key, _missing(key))
            token = found.metadata.get(TOKEN)
            if token is None:
                return found.size
            parts = self._parts.list(parts_of(key, token))
            if self._grows(key, token):
                return sum(size for _, size in parts)
        raise _changing(key)

    def fetch(self, key: str, path: Path) -> None:
        """Write a blob to a file, replacing it; see the port."""
        check_key(key)
        with replacing(path) as file:
            found = self._blobs.download(key, file, _missing(key))
            if TOKEN in found.metadata:
                file.write(self.get(key))

    def stream(self, key: str) -> BinaryIO:
        """A new stream that can be read under `key` while it grows; see the port.

        It writes a part when it is flushed, 19 seconds after something was written, or when much
        was; and the whole when it is closed.
        """
        return cast("BinaryIO", Stream(self._blobs, self._parts, check_key(key)))

    def delete(self, key: str) -> None:
        """Remove a blob; nothing if there is none."""
        self._blobs.delete([check_key(key)])

    def list(self, prefix: str) -> list[str]:
        """The keys below `prefix`, sorted."""
        bare = check_prefix(prefix)
        return [name for name, _ in self._blobs.list(f"{bare}/" if bare else "")]

    def _grown(self, key: str, token: str, start: int, end: int | None) -> bytes | None:
        """The bytes `[start:end]` of what has grown so far; None if it is final meanwhile."""
        pieces, offset = [], 0
        try:
            for name, size in self._parts.list(parts_of(key, token)):
                low = max(start - offset, 0)
                high = size if end is None else min(end - offset, size)
                if low < high:
                    pieces.append(self._parts.get(name, low, None if high == size else high).data)
                offset += size
        except Absent:
            return None
        return b"".join(pieces) if self._grows(key, token) else None

    def _grows(self, key: str, token: str) -> bool:
        return self._blobs.head(key, _missing(key)).metadata.get(TOKEN) == token


def _missing(key: str) -> str:
    return f"there is no blob {key}"


def _changing(key: str) -> Unavailable:
    return Unavailable(f"cannot read blob {key}: it is replaced all the time")
