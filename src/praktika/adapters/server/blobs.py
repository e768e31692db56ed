"""What a server keeps of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from praktika.adapters.disk import replacing
from praktika.adapters.rules import check_key, check_prefix, check_range
from praktika.adapters.server.client import BEYOND, Client
from praktika.errors import Absent, Denied, Unavailable

_PART = 206


class _Files(msgspec.Struct):
    files: list[str]


class ServerBlobs:
    """The blobs below `runs/<run>/`, of one run at a time; they can only be read."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def put(self, key: str, data: bytes | Path, *, tags: Mapping[str, str] | None = None) -> None:
        """Refused."""
        del data, tags
        raise self._refusal(key)

    def create(self, key: str, data: bytes) -> None:
        """Refused."""
        del data
        raise self._refusal(key)

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes `[start:end]`; see the port."""
        check_range(start, end)
        path = self._path(key)
        if end is not None and end <= start:
            self._client.get(path, "HEAD")
            return b""
        span = f"bytes={start}-{'' if end is None else end - 1}" if start or end else ""
        answer = self._client.get(path, span=span)
        if answer.status == BEYOND:
            return b""
        return answer.body if answer.status == _PART else answer.body[start:end]

    def size(self, key: str) -> int:
        """How many bytes the blob has now."""
        length = self._client.get(self._path(key), "HEAD").headers.get("Content-Length", "")
        if not length.isdecimal():
            raise Unavailable(f"{self._client.base} does not say how large {key} is")
        return int(length)

    def fetch(self, key: str, path: Path) -> None:
        """Write a blob to a file, replacing it; see the port."""
        with replacing(path) as file:
            self._client.save(self._path(key), file)

    def stream(self, key: str) -> BinaryIO:
        """Refused."""
        raise self._refusal(key)

    def delete(self, key: str) -> None:
        """Refused."""
        raise self._refusal(key)

    def list(self, prefix: str) -> list[str]:
        """The keys below `prefix`, sorted; it names a run."""
        bare = check_prefix(prefix)
        run, _, below = self._split(f"{bare}/")
        try:
            found = self._client.read(f"runs/{run}/files", _Files, prefix=below.rstrip("/")).files
        except Absent:
            return []
        keys = (f"runs/{run}/{name}" for name in found)
        return sorted(key for key in keys if key.startswith(f"{bare}/"))

    def _path(self, key: str) -> str:
        run, _, name = self._split(check_key(key))
        return f"runs/{run}/files/{name}"

    def _split(self, key: str) -> tuple[str, str, str]:
        """Run and name of a file, with what is between them."""
        room, _, rest = key.partition("/")
        if room != "runs" or not rest.partition("/")[0]:
            raise Denied(f"{self._client.base} gives only files of runs, not {key}")
        return rest.partition("/")

    def _refusal(self, key: str) -> Denied:
        return Denied(f"{key} is kept by {self._client.base}, and can only be read from here")
