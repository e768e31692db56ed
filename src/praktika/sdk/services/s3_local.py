"""Object storage in a folder: what S3 does, for one machine.

An object is the file `<root>/<bucket>/<key>`; what S3 keeps beside its bytes is the JSON file
`<the same>.s3meta.json`: etag, metadata, tags, content_type, content_encoding.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from praktika.sdk.files import locked, read_json, to_json, write_atomic

_META = ".s3meta.json"
_LOCK = ".s3lock"
_SCRATCH = ".s3part-"


class LocalStore:
    """The objects below a folder; keys are `bucket/key`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, key: str) -> Path:
        """The file of an object.

        Raises:
            ValueError: the key leads out of the store, or names one of its own files.
        """
        parts = PurePosixPath(key).parts
        if not parts or key.startswith("/") or ".." in parts or key.endswith(_META):
            raise ValueError(f"'{key}' is not a key of the form bucket/key")
        return self._root.joinpath(*parts)

    def put(
        self,
        key: str,
        source: Path,
        meta: dict[str, Any],
        *,
        absent: bool = False,
        etag: str = "",
    ) -> bool:
        """Whether an object was stored.

        Args:
            key: of the object.
            source: the file with its bytes.
            meta: what is kept beside them.
            absent: only if there is no such object.
            etag: only if this is the etag of the object that is there.
        """
        target = self.path(key)
        with locked(self._root / _LOCK):
            before = self.head(key)
            if (absent and before is not None) or (etag and (before or {}).get("etag") != etag):
                return False
            facts = {**meta, "etag": _copy(source, target)}
            write_atomic(f"{target}{_META}", to_json(facts, indent=4))
        return True

    def head(self, key: str) -> dict[str, Any] | None:
        """What is kept beside an object, or None if there is none."""
        path = self.path(key)
        if not path.is_file():
            return None
        try:
            facts = read_json(f"{path}{_META}")
        except (OSError, ValueError):
            facts = {}
        return {"size": path.stat().st_size, **facts}

    def get(self, key: str, target: Path) -> bool:
        """Whether there is such an object; it is copied to a file."""
        source = self.path(key)
        if not source.is_file():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return True

    def delete(self, key: str) -> bool:
        """Whether there was such an object; there is none now."""
        path = self.path(key)
        was_there = path.is_file()
        path.unlink(missing_ok=True)
        Path(f"{path}{_META}").unlink(missing_ok=True)
        return was_there

    def keys(self, prefix: str, pattern: str = "*") -> Iterator[str]:
        """Keys below a folder, sorted, whose part below it matches a glob."""
        folder = self.path(prefix.rstrip("/"))
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            name = path.relative_to(folder).as_posix()
            is_own = name.endswith(_META) or path.name.startswith((_LOCK, _SCRATCH))
            if path.is_file() and not is_own and fnmatch.fnmatchcase(name, pattern):
                yield path.relative_to(self._root).as_posix()


def _copy(source: Path, target: Path) -> str:
    """The SHA-256 of a file, which is at `target` now, whole."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f"{_SCRATCH}{os.urandom(8).hex()}")
    try:
        digest = hashlib.sha256()
        with source.open("rb") as reading, scratch.open("xb") as writing:
            while chunk := reading.read(1 << 20):
                digest.update(chunk)
                writing.write(chunk)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)
    return digest.hexdigest()
