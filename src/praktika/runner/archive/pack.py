"""Packing files of a folder."""

# ruff: noqa: PTH115 - names are bytes, and are relative to open folders

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from praktika.runner.archive.headers import (
    END,
    FILE,
    FOLDER,
    HARD_LINK,
    LINK,
    Entry,
    header,
    padding,
)
from praktika.runner.archive.limits import DEEPEST, Limits, Refused, link_fault, shown
from praktika.runner.archive.streams import CHUNK, Compressed

_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_SMALL = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What was packed.

    Attributes:
        size: bytes of the archive.
        sha256: of the archive, hexadecimal.
        files: how many files and links it holds.
    """

    size: int
    sha256: str
    files: int


def pack(root: Path, names: Iterable[bytes], target: Path, limits: Limits | None = None) -> Packed:
    """Write files and whole folders below `root` into a new archive.

    Links are packed as links. Of a file with several names in it the content is packed once. What
    is no file (a pipe, a socket, a device) is left out.

    Args:
        root: where names begin.
        names: of what to pack, none of them below another or through a link.
        target: the archive; removed again if this fails.
        limits: those that it will be unpacked with.

    Raises:
        Refused: a link leads out of `root`, or there is more than the limits allow.
        OSError: something cannot be read, was changed while it was packed, or the disk is full.
    """
    limits = limits or Limits()
    try:
        with Compressed(target) as output:
            packing = _Packing(os.fsencode(root), output, limits)
            for name in names:
                packing.add(name)
            packing.close()
        _check_ratio(packing.total, output.size, limits)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Packed(size=output.size, sha256=output.sha256, files=packing.files)


def _check_ratio(total: int, size: int, limits: Limits) -> None:
    if total > limits.unpacked(size):
        text = f"it is {total:,} bytes, and {limits.ratio:,} times smaller when packed"
        raise Refused(f"{text}; so empty it would be taken for an attack")


class _Packing:
    """An archive while it is written; small files are gathered in a buffer."""

    def __init__(self, root: bytes, output: Compressed, limits: Limits) -> None:
        self.files = 0
        self.total = 0
        self._entries = 0
        self._root = root
        self._output = output
        self._limits = limits
        self._gathered = bytearray()
        self._room = bytearray(CHUNK)
        self._known: dict[tuple[int, int], bytes] = {}

    def add(self, name: bytes) -> None:
        path = b"%s/%s" % (self._root, name)
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode):
            self._add_link(path, name)
        elif stat.S_ISDIR(mode):
            self._add_folder(path, name)
        elif stat.S_ISREG(mode):
            self._add_file(path, name)

    def close(self) -> None:
        self._gathered += END
        self._flush()

    def _add_folder(self, top: bytes, name: bytes) -> None:
        pending = [(top, name)]
        while pending:
            path, name = pending.pop()
            facts = os.lstat(path)
            if name != b".":
                self._put(
                    Entry(b"%s/" % name, FOLDER, 0, stat.S_IMODE(facts.st_mode) & 0o777,
                          facts.st_mtime)
                )  # fmt: skip
            with os.scandir(path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
            below = b"" if name == b"." else b"%s/" % name
            folders = []
            for entry in entries:
                inner = below + entry.name
                if entry.is_symlink():
                    self._add_link(entry.path, inner)
                elif entry.is_dir(follow_symlinks=False):
                    folders.append((entry.path, inner))
                elif entry.is_file(follow_symlinks=False):
                    self._add_file(entry.path, inner)
            pending += reversed(folders)

    def _add_link(self, path: bytes, name: bytes) -> None:
        target = os.readlink(path)
        fault = link_fault(name, target)
        if fault:
            raise Refused(f"{fault}; an artifact has to stand on its own")
        self.files += 1
        self._put(Entry(name, LINK, 0, 0o777, os.lstat(path).st_mtime, target))

    def _add_file(self, path: bytes, name: bytes) -> None:
        file = os.open(path, _OPEN)
        try:
            facts = os.fstat(file)
            if not stat.S_ISREG(facts.st_mode):
                return
            self.files += 1
            mode = facts.st_mode & 0o777
            if facts.st_nlink > 1:
                identity = facts.st_dev, facts.st_ino
                first = self._known.setdefault(identity, name)
                if first != name:
                    self._put(Entry(name, HARD_LINK, 0, mode, facts.st_mtime, first))
                    return
            self._put(Entry(name, FILE, facts.st_size, mode, facts.st_mtime))
            self._add_content(file, facts.st_size, name)
        finally:
            os.close(file)

    def _add_content(self, file: int, size: int, name: bytes) -> None:
        left = size
        if size <= _SMALL:
            while left:
                data = os.read(file, left)
                if not data:
                    raise _changed(name)
                self._gathered += data
                left -= len(data)
        else:
            self._flush()
            room = memoryview(self._room)
            while left:
                count = os.readv(file, [room[: min(left, CHUNK)]])
                if not count:
                    raise _changed(name)
                self._output.write(room[:count])
                left -= count
        self._gathered += padding(size)
        if len(self._gathered) >= CHUNK:
            self._flush()

    def _put(self, entry: Entry) -> None:
        data = header(entry)
        self._entries += 1
        self.total += len(data) + entry.size
        if self._entries > self._limits.files:
            raise Refused(f"it has more than {self._limits.files:,} entries (ARTIFACT_MAX_FILES)")
        if self.total > self._limits.bytes:
            text = f"it has more than {self._limits.bytes:,} bytes (ARTIFACT_MAX_BYTES)"
            raise Refused(f"{text}, with {shown(entry.name)}")
        if entry.name.removesuffix(b"/").count(b"/") >= DEEPEST:
            raise Refused(f"it has an entry more than {DEEPEST} folders deep: {shown(entry.name)}")
        self._gathered += data

    def _flush(self) -> None:
        if self._gathered:
            self._output.write(self._gathered)
            self._gathered = bytearray()


def _changed(name: bytes) -> OSError:
    return OSError(f"{shown(name)} became shorter while it was packed")
