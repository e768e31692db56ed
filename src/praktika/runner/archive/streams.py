"""Streams through zstd, with a thread beside the caller's on either way."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from praktika.runner.archive.limits import Refused

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

CHUNK: Final = 1 << 19
LEVEL: Final = 1
"""Of compression: about as fast as disks are; higher ones gain little on what jobs build."""

_AHEAD = 8
_WORKERS = 8
_WINDOW_LOG = 25


def workers() -> int:
    """Threads that compress beside each other; more would cost memory and gain little."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    _, possible = zstd.CompressionParameter.nb_workers.bounds()
    return min(usable or 1, _WORKERS, possible)


class Compressed:
    """A new file that takes bytes and holds them compressed; another thread hashes and writes.

    Attributes:
        size: bytes of the file.
        sha256: of the file, hexadecimal, once it is closed.
    """

    def __init__(self, path: Path) -> None:
        self.size = 0
        self._digest = hashlib.sha256()
        self._trouble: OSError | None = None
        # Unbuffered: pieces are large already.
        self._file = path.open("wb", buffering=0)
        self._compressor = zstd.ZstdCompressor(
            options={
                zstd.CompressionParameter.compression_level: LEVEL,
                zstd.CompressionParameter.nb_workers: workers(),
            }
        )
        self._pieces: queue.Queue[bytes] = queue.Queue(_AHEAD)
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    @property
    def sha256(self) -> str:
        """Of what was written."""
        return self._digest.hexdigest()

    def __enter__(self) -> Self:
        return self

    def write(self, data: ReadableBuffer) -> None:
        """Take these bytes; the buffer may be used again afterwards.

        Raises:
            OSError: what came before could not be written.
        """
        self._pass_on(self._compressor.compress(data))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._pass_on(self._compressor.flush())
        finally:
            self._pieces.put(b"")
            self._thread.join()
            self._file.close()
        if self._trouble and kind is None:
            raise self._trouble

    def _pass_on(self, piece: bytes) -> None:
        if self._trouble:
            raise self._trouble
        if piece:
            self._pieces.put(piece)

    def _write(self) -> None:
        while piece := self._pieces.get():
            if self._trouble:
                continue  # let nobody wait for room
            try:
                self._digest.update(piece)
                left = memoryview(piece)
                while left:
                    left = left[self._file.write(left) :]
                self.size += len(piece)
            except OSError as error:
                self._trouble = error


def plain(path: Path) -> Iterator[bytes]:
    """The bytes of a file, in pieces."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(CHUNK):
            yield piece


def decompressed(path: Path) -> Iterator[bytes]:
    """The bytes that a file holds compressed, in pieces of at most `CHUNK`.

    Raises:
        Refused: it is not one whole zstd frame, or needs too much memory.
    """
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: _WINDOW_LOG}
    decompressor = zstd.ZstdDecompressor(options=options)
    try:
        for packed in plain(path):
            piece = decompressor.decompress(packed, CHUNK)
            while piece:
                yield piece
                piece = _rest(decompressor)
            if decompressor.eof:
                return
    except zstd.ZstdError as error:
        raise Refused(f"it cannot be decompressed: {error}") from error
    raise Refused("it ends too early")


def _rest(decompressor: zstd.ZstdDecompressor) -> bytes:
    """What else comes of the bytes that it was given."""
    if decompressor.eof or decompressor.needs_input:
        return b""
    return decompressor.decompress(b"", CHUNK)


class Ahead:
    """The pieces of an iterator that another thread runs, a few of them ahead."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._source = pieces
        self._pieces: queue.Queue[bytes | BaseException] = queue.Queue(_AHEAD)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Iterator[bytes]:
        self._thread.start()
        return iter(self._next, b"")

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        with contextlib.suppress(queue.Empty):
            while True:
                self._pieces.get_nowait()
        self._thread.join()

    def _next(self) -> bytes:
        piece = self._pieces.get()
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def _read(self) -> None:
        last: bytes | BaseException = b""
        try:
            for piece in self._source:
                if self._is_over.is_set():
                    return
                self._pieces.put(piece)
        except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
            last = error
        if not self._is_over.is_set():
            self._pieces.put(last)
