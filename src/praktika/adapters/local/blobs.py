"""Blobs as files below one folder.

A blob is written under another name beside its place and then moved or linked there, so that
nobody sees half of it. That name begins with "~", which no key may: what a killed process left
behind is never listed. Nothing is synced to the disk: blobs survive a process, not a power cut.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from praktika.adapters.disk import check_regular, check_source, os_fault, replacing
from praktika.adapters.rules import check_key, check_prefix, check_range
from praktika.errors import Absent, Conflict, OperatorError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_NESTED = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENOTEMPTY}
_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR}
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS}


class LocalBlobs:
    """A `Blobs` in a folder, for all processes of this machine.

    Args:
        root: the folder; it is made with the first blob.
    """

    def __init__(self, root: Path) -> None:
        self._root = os.fspath(root.absolute())

    def path(self, key: str) -> Path:
        """Where the blob is, or would be; for what a person opens. Not part of the port."""
        return Path(self._place(key))

    def put(
        self,
        key: str,
        data: bytes | Path,
        *,
        tags: Mapping[str, str] | None = None,  # noqa: ARG002 - nobody here could use them
    ) -> None:
        """Store bytes, or a file's, replacing what was there."""
        place = self._place(key)
        if isinstance(data, Path):
            check_source(data)
        with self._draft(place, key) as draft:
            if isinstance(data, Path):
                shutil.copyfile(data, draft.name)
            else:
                _write(draft, data)
            os.replace(draft.name, place)  # noqa: PTH105 - names that were never Paths

    def create(self, key: str, data: bytes) -> None:
        """Store bytes where nothing is yet; see the port."""
        place = self._place(key)
        with self._draft(place, key) as draft:
            _write(draft, data)
            _link(draft.name, place, key)
            os.unlink(draft.name)  # noqa: PTH108 - a name that was never a Path

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """The bytes `[start:end]`; see the port."""
        check_range(start, end)
        try:
            with open(self._place(key), "rb") as file:  # noqa: PTH123 - a Path costs as much again
                if start:
                    file.seek(start)
                if end is None:
                    return file.read()
                size = os.fstat(file.fileno()).st_size
                return file.read(max(min(end, size) - start, 0))
        except OSError as error:
            raise _unreadable(error, key) from error

    def size(self, key: str) -> int:
        """How many bytes the blob has now."""
        place = self._place(key)
        try:
            check_regular(place)
            return os.stat(place).st_size  # noqa: PTH116 - a name that was never a Path
        except OSError as error:
            raise _unreadable(error, key) from error

    def fetch(self, key: str, path: Path) -> None:
        """Write a blob to a file, replacing it; see the port."""
        place = self._place(key)
        try:
            check_regular(place)
        except OSError as error:
            raise _unreadable(error, key) from error
        with replacing(path) as target, open(place, "rb") as source:  # noqa: PTH123 - as above
            shutil.copyfileobj(source, target, 1 << 20)

    def stream(self, key: str) -> BinaryIO:
        """A new stream that can be read under `key` while it grows.

        It is a real file: its `fileno()` can be given to a process, and appends whoever writes.
        """
        self.put(key, b"")
        try:
            return _Stream(self._place(key))
        except OSError as error:
            raise os_fault(error, f"cannot write blob {key}") from error

    def delete(self, key: str) -> None:
        """Remove a blob; nothing if there is none."""
        try:
            os.unlink(self._place(key))  # noqa: PTH108 - a name that was never a Path
        except OSError as error:
            if error.errno not in _ABSENT:
                raise os_fault(error, f"cannot remove blob {key}") from error

    def list(self, prefix: str) -> list[str]:
        """The keys below `prefix`, sorted."""
        bare = check_prefix(prefix)
        top = f"{self._root}/{bare}" if bare else self._root
        cut = len(self._root) + 1
        return sorted(
            f"{folder}/{name}"[cut:]
            for folder, _, names in os.walk(top, onerror=_refused)
            for name in names
            if not name.startswith("~")
        )

    def _place(self, key: str) -> str:
        return f"{self._root}/{check_key(key)}"

    @contextlib.contextmanager
    def _draft(self, place: str, key: str) -> Iterator[io.FileIO]:
        """A new file beside `place`, to be moved there; removed if that fails."""
        folder = os.path.dirname(place)  # noqa: PTH120 - a Path costs as much as the file
        name = f"{folder}/~{secrets.token_hex(8)}"
        try:
            try:
                file = io.FileIO(name, "x")
            except FileNotFoundError:
                os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - as above
                file = io.FileIO(name, "x")
            try:
                with file:
                    yield file
            except BaseException:
                with contextlib.suppress(FileNotFoundError):  # interrupted after the move
                    os.unlink(name)  # noqa: PTH108 - as above
                raise
        except OSError as error:
            if error.errno in _NESTED:
                text = f"{key!r} would be both a blob and a folder of blobs"
                raise ValueError(text) from error
            raise os_fault(error, f"cannot write blob {key} in {self._root}") from error


class _Stream(io.FileIO):
    """An appending file that writes everything it is given, or says why not."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "a")

    def write(self, data: ReadableBuffer, /) -> int:
        try:
            left = memoryview(data).cast("B")
            size = len(left)
            while len(left):
                left = left[super().write(left) :]
        except OSError as error:
            raise os_fault(error, f"cannot write {self.name}") from error
        return size


def _write(file: io.FileIO, data: bytes) -> None:
    written = file.write(data)
    while written < len(data):
        written += file.write(memoryview(data)[written:])


def _link(draft: str, place: str, key: str) -> None:
    try:
        os.link(draft, place)
    except FileExistsError:
        if os.path.isdir(place):  # noqa: PTH112 - a name that was never a Path
            raise
        raise Conflict(f"blob {key} is there already") from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        raise OperatorError(
            f"the file system of {place} has no hard links, which praktika needs to let one of "
            "several writers win. Keep the state on another disk."
        ) from error


def _unreadable(error: OSError, key: str) -> Exception:
    if error.errno in _ABSENT:
        return Absent(f"there is no blob {key}")
    return os_fault(error, f"cannot read blob {key}")


def _refused(error: OSError) -> None:
    if error.errno not in _ABSENT:
        raise os_fault(error, f"cannot list {error.filename}")
