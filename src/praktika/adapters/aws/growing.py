"""A blob that grows: what was written goes up in parts, and in the end as a whole.

All that is written is kept in a file of this machine until then. A part that could not be stored is
not lost: the next one begins where the last stored one ended, and the whole has everything.
"""

from __future__ import annotations

import contextlib
import io
import secrets
import tempfile
import threading
import time
from typing import TYPE_CHECKING, BinaryIO, cast

from praktika.adapters.aws.objects import Bucket
from praktika.adapters.disk import os_fault
from praktika.errors import PraktikaError
from praktika.patience import patiently

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

TOKEN = "growing"  # noqa: S105 - the name of a field of the metadata
"""Names the stream that writes a blob; a final one has none."""

INTERVAL = 19.0
"""Seconds after which something written goes up by itself: forty requests in ten minutes."""

_MUCH = 8 << 20
"""Bytes that go up without waiting for more."""

_PAUSE = 5.0
"""Seconds without trying, after a part could not be stored."""

_IN_MEMORY = 1 << 20


def parts_of(key: str, token: str) -> str:
    """What the names of a stream's parts begin with; as "~" is in no key, they never meet."""
    return f"{key}~{token}/"


class Stream(io.RawIOBase):
    """The writing end, for one writer and any number of threads of it.

    Args:
        blobs: where the blob goes.
        parts: where its parts go.
        key: of the blob.
        interval: seconds after which something written goes up by itself.
    """

    def __init__(
        self, blobs: Bucket, parts: Bucket, key: str, *, interval: float = INTERVAL
    ) -> None:
        super().__init__()
        self.name = key
        self._blobs = blobs
        self._parts = parts
        self._interval = interval
        self._token = secrets.token_hex(8)
        self._names: list[str] = []
        self._tried = False
        self._over = False
        self._not_before = 0.0
        self._written = 0
        self._stored = 0
        self._writing = threading.Lock()  # guards the file and its length
        self._storing = threading.RLock()  # guards the parts, and is taken first
        self._timer: threading.Timer | None = None
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed by close
        try:
            blobs.put(key, b"", 0, {TOKEN: self._token})
        except BaseException:
            self._abandon()
            raise

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        """Take all of `data`.

        Raises:
            OutOfSpace: this machine cannot keep it until it is stored.
        """
        if self._over:
            raise ValueError("this stream is closed")
        view = memoryview(data).cast("B")
        with self._writing:
            try:
                self._file.seek(self._written)
                self._file.write(view)
            except OSError as error:
                raise os_fault(
                    error, f"cannot keep what goes to {self._blobs}{self.name}"
                ) from error
            self._written += len(view)
            much = self._written - self._stored >= _MUCH
            self._start_timer()
        if much and time.monotonic() >= self._not_before:
            self._flush_quietly()
        return len(view)

    def flush(self) -> None:
        """Store what is not stored yet, for readers to see.

        Raises:
            Unavailable, OperatorError: it could not be stored; it will be with the next.
        """
        with self._storing:
            with self._writing:
                if self._over:
                    return
                self._stop_timer()
                data = self._kept(self._stored)
            if not data:
                return
            name, self._tried = self._next(), True
            self._parts.put(name, data, len(data))
            self._names.append(name)
            self._stored += len(data)

    def close(self) -> None:
        """Store the whole, and remove the parts.

        Raises:
            Unavailable, OperatorError: it could not be stored. What was flushed stays readable.
        """
        if self._over:
            return
        with self._storing:
            try:
                with self._writing:
                    self._stop_timer()
                patiently(self._store_whole)
                # the last may be there without our knowledge; what stays behind is never seen
                with contextlib.suppress(PraktikaError):
                    self._parts.delete([*self._names, self._next()] if self._tried else [])
            finally:
                self._abandon()

    def _store_whole(self) -> None:
        self._file.seek(0)
        self._blobs.put(self.name, cast("BinaryIO", _Reader(self._file)), self._written)

    def _next(self) -> str:
        return f"{parts_of(self.name, self._token)}{len(self._names) + 1:06d}"

    def _kept(self, start: int) -> bytes:
        try:
            self._file.seek(start)
            return self._file.read()
        except OSError as error:
            raise os_fault(error, f"cannot read what goes to {self._blobs}{self.name}") from error

    def _flush_quietly(self) -> None:
        """Flush; what cannot be stored now is tried again later, and in the end by `close`."""
        try:
            self.flush()
        except PraktikaError:
            with self._writing:
                self._not_before = time.monotonic() + _PAUSE
                self._start_timer()

    def _tick(self) -> None:
        with self._writing:
            self._timer = None
        self._flush_quietly()

    def _start_timer(self) -> None:
        if self._timer is None and self._written > self._stored and not self._over:
            self._timer = threading.Timer(self._interval, self._tick)
            self._timer.daemon = True
            self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _abandon(self) -> None:
        """Close without storing anything."""
        with self._writing:
            self._stop_timer()
            self._over = True
            self._file.close()
        super().close()  # which flushes


class _Reader:
    """What a library may read, but not close."""

    def __init__(self, file: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell

    def seekable(self) -> bool:
        return True
