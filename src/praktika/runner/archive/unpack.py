"""Unpacking an archive that nobody vouches for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from praktika.runner.archive import headers
from praktika.runner.archive.headers import BLOCK, FILE, FOLDER, HARD_LINK, LINK, Entry
from praktika.runner.archive.limits import DEEPEST, Limits, Refused, link_fault, shown
from praktika.runner.archive.streams import Ahead, decompressed, plain
from praktika.runner.archive.writers import NewFile, Writers
from praktika.runner.workspace import remove

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_OPEN_FOLDERS = 128
_SMALL = 1 << 16
_LONGEST: Final = 1 << 20
"""Bytes of a pax header or of a long name."""


def unpack(
    packed: Path, folder: Path, limits: Limits | None = None, *, is_compressed: bool = True
) -> None:
    """Unpack an archive into a new folder, which is removed again if this fails.

    Permissions and times of files stay, without sticky bits; folders can always be written to by
    their owner. Everything belongs to whoever calls.

    Raises:
        Refused: the archive is damaged, or has an entry that is not accepted.
        OSError: something cannot be written.
    """
    limits = limits or Limits()
    most = limits.unpacked(packed.stat().st_size)
    pieces = decompressed(packed) if is_compressed else plain(packed)
    folder.mkdir()
    try:
        with Ahead(pieces) as ahead, _Unpacking(os.fsencode(folder), limits.files) as unpacking:
            unpacking.all_of(_Flow(ahead, most))
    except BaseException:
        remove(folder)
        raise


class _Flow:
    """Bytes in pieces of any size, taken in pieces of the wanted size; never more than `most`."""

    def __init__(self, pieces: Iterator[bytes], most: int) -> None:
        self._pieces = pieces
        self._here = memoryview(b"")
        self._most = most
        self._left = most

    def expect(self, size: int, name: bytes) -> None:
        """Refuse early what could not come to its end."""
        if size < 0:
            raise Refused(f"{shown(name)} has a negative size")
        if size > self._left + len(self._here):
            text = f"it is larger than the {self._most:,} bytes that it may be, with {shown(name)}"
            raise Refused(f"{text} (ARTIFACT_MAX_BYTES, or how far it is compressed)")

    def exactly(self, size: int) -> bytes:
        here = self._here
        if len(here) >= size:
            self._here = here[size:]
            return bytes(here[:size])
        return b"".join(self.pieces(size))

    def pieces(self, size: int) -> Iterator[memoryview]:
        while size:
            if not len(self._here):
                self._more()
            piece = self._here[:size]
            self._here = self._here[len(piece) :]
            size -= len(piece)
            yield piece

    def _more(self) -> None:
        piece = next(self._pieces, b"")
        if not piece:
            raise Refused("it ends too early")
        self._left -= len(piece)
        if self._left < 0:
            raise Refused(f"it is larger than the {self._most:,} bytes that it may be")
        self._here = memoryview(piece)


class _Unpacking:
    """A folder that an archive is unpacked into, with some of its folders open.

    Folders are opened one from the other, never through a link: where an entry's name leads, no
    earlier entry can have redirected.
    """

    def __init__(self, folder: bytes, most: int) -> None:
        self._root = os.open(folder, _DIRECTORY)
        self._most = most
        self._count = 0
        self._open: dict[bytes, int] = {}
        self._writers = Writers()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writers.close()
        for folder in (*self._open.values(), self._root):
            os.close(folder)

    def all_of(self, flow: _Flow) -> None:
        for entry in _entries(flow):
            name = _checked(entry)
            try:
                self._one(flow, entry, name)
            except FileExistsError:
                raise Refused(f"it has {shown(name)} twice") from None
            rest = -entry.size % BLOCK
            if rest:
                flow.exactly(rest)
        self._writers.settle()

    def _one(self, flow: _Flow, entry: Entry, name: bytes) -> None:
        if not name:
            return
        if len(self._open) > _OPEN_FOLDERS:
            self._writers.settle()
            for known in self._open.values():
                os.close(known)
            self._open.clear()
        self._counted(name)
        parent, _, last = name.rpartition(b"/")
        folder = self._folder(parent, name) if parent else self._root
        if entry.kind == FILE:
            self._file(flow, entry, name, last, folder)
        elif entry.kind == FOLDER:
            os.fchmod(self._folder(name, name), (entry.mode & 0o777) | stat.S_IRWXU)
        elif entry.kind == LINK:
            fault = link_fault(name, entry.link)
            if fault:
                raise Refused(fault)
            os.symlink(entry.link, last, dir_fd=folder)
        else:
            self._hard_link(entry, name, last, folder)

    def _file(self, flow: _Flow, entry: Entry, name: bytes, last: bytes, folder: int) -> None:
        file = NewFile(folder, last, entry.mode & 0o777, entry.mtime, name)
        if entry.size <= _SMALL:
            self._writers.put(file, flow.exactly(entry.size))
        else:
            file.write(flow.pieces(entry.size))

    def _hard_link(self, entry: Entry, name: bytes, last: bytes, folder: int) -> None:
        target = _plain_path(entry.link)
        if not target:
            text = f"{shown(name)} is a hard link to {shown(entry.link)}"
            raise Refused(f"{text}, which is not in the workspace")
        parent, _, first = target.rpartition(b"/")
        self._writers.settle()
        try:
            source = self._existing(parent)
            mode = os.stat(first, dir_fd=source, follow_symlinks=False).st_mode
        except OSError:
            mode = 0
        if not stat.S_ISREG(mode):
            text = f"{shown(name)} is a hard link to {shown(entry.link)}"
            raise Refused(f"{text}, which is no file that came before it")
        os.link(first, last, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)

    def _existing(self, path: bytes) -> int:
        """An open folder that is there; never made."""
        if path and path not in self._open:
            here, _, last = path.rpartition(b"/")
            self._open[path] = os.open(last, _DIRECTORY, dir_fd=self._existing(here))
        return self._open[path] if path else self._root

    def _folder(self, path: bytes, name: bytes) -> int:
        """An open folder, made if it is not there yet."""
        known = self._open.get(path)
        if known is not None:
            return known
        start, parts = self._root, path.split(b"/")
        for depth in range(1, len(parts) + 1):
            here = b"/".join(parts[:depth])
            known = self._open.get(here)
            start = self._step(start, here, parts[depth - 1], name) if known is None else known
        return start

    def _step(self, parent: int, path: bytes, last: bytes, name: bytes) -> int:
        try:
            os.mkdir(last, 0o777, dir_fd=parent)
            if path != name:
                self._counted(name)
        except FileExistsError:
            pass
        try:
            folder = os.open(last, _DIRECTORY, dir_fd=parent)
        except OSError:
            raise Refused(
                f"{shown(name)} leads through {shown(path)}, which is no folder"
            ) from None
        self._open[path] = folder
        return folder

    def _counted(self, name: bytes) -> None:
        self._count += 1
        if self._count > self._most:
            text = f"it has more than {self._most:,} entries (ARTIFACT_MAX_FILES)"
            raise Refused(f"{text}, with {shown(name)}")


def _entries(flow: _Flow) -> Iterator[Entry]:
    """The entries; what comes before one to complete its header is part of it."""
    pax: dict[bytes, bytes] = {}
    while True:
        block = flow.exactly(BLOCK)
        if not block[0] and not any(block):
            return
        entry = headers.parse(block)
        match entry.kind:
            case headers.PAX:
                pax |= headers.records(_extra(flow, entry))
            case headers.PAX_GLOBAL:
                _extra(flow, entry)  # a comment, as git writes it; nothing of ours
            case headers.GNU_NAME:
                pax[b"path"] = _extra(flow, entry).rstrip(b"\0")
            case headers.GNU_LINK:
                pax[b"linkpath"] = _extra(flow, entry).rstrip(b"\0")
            case _:
                if pax:
                    entry, pax = headers.amended(entry, pax), {}
                if entry.kind != FILE:
                    entry.size = 0
                flow.expect(entry.size, entry.name)
                yield entry


def _extra(flow: _Flow, entry: Entry) -> bytes:
    if not 0 <= entry.size <= _LONGEST:
        raise Refused(f"it has a header of {entry.size:,} bytes")
    data = flow.exactly(entry.size)
    flow.exactly(-entry.size % BLOCK)
    return data


def _checked(entry: Entry) -> bytes:
    """The name of an entry in its plain form; "" for the root.

    Raises:
        Refused: it leads out, or the entry is no file, folder or link.
    """
    name = entry.name.removesuffix(b"/") if entry.kind == FOLDER else entry.name
    if entry.kind not in {FILE, FOLDER, LINK, HARD_LINK}:
        raise Refused(f"it has an entry that is no file: {shown(name)}")
    if entry.mode & (stat.S_ISUID | stat.S_ISGID) and entry.kind in {FILE, HARD_LINK}:
        raise Refused(f"{shown(name)} would run as another user (setuid or setgid)")
    plain = _plain_path(name)
    if not plain and not (entry.kind == FOLDER and name in {b".", b"./."}):
        raise Refused(f"it has an entry outside the workspace: {shown(name)}")
    if plain.count(b"/") >= DEEPEST:
        raise Refused(f"it has an entry more than {DEEPEST} folders deep: {shown(name)}")
    return plain


def _plain_path(name: bytes) -> bytes:
    """A path without "." and double slashes; "" if it is none, or leads out."""
    if name.startswith(b"/") or b"\0" in name:
        return b""
    parts = name.split(b"/")
    if b".." in parts:
        return b""
    if b"." in parts or b"" in parts:
        return b"/".join(part for part in parts if part not in {b"", b"."})
    return name
