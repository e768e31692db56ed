"""Writing small files, several at a time: making a file is what takes long, not its bytes."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable
from typing import NamedTuple

from praktika.runner.archive.limits import Refused, shown

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_THREADS = 4
_FILES = 256
_BYTES = 2 << 20


class NewFile(NamedTuple):
    """A file to make.

    Attributes:
        folder: an open one.
        last: its name in there.
        mode: permission bits.
        mtime: seconds since the epoch.
        name: the whole of it, for messages.
    """

    folder: int
    last: bytes
    mode: int
    mtime: float
    name: bytes

    def write(self, pieces: Iterable[bytes | memoryview]) -> None:
        """Make the file where nothing is yet.

        Raises:
            Refused: there is something, or its time is none.
            OSError: it cannot be written.
        """
        try:
            file = os.open(self.last, _NEW, 0o600, dir_fd=self.folder)
        except FileExistsError:
            raise Refused(f"it has {shown(self.name)} twice") from None
        try:
            for piece in pieces:
                written = os.write(file, piece)
                while written < len(piece):
                    written += os.write(file, piece[written:])
            os.fchmod(file, self.mode)
            os.utime(file, (self.mtime, self.mtime))
        except (OverflowError, ValueError):
            raise Refused(f"{shown(self.name)} has an impossible time") from None
        finally:
            os.close(file)


_Batch = list[tuple[NewFile, bytes]]


class Writers:
    """Threads that write small files; what fails in one is raised by a later call.

    The folders of files that were given stay open until `settle` returns.
    """

    def __init__(self) -> None:
        self._batch: _Batch = []
        self._bytes = 0
        self._queue: queue.Queue[_Batch] = queue.Queue(_THREADS)
        self._threads: list[threading.Thread] = []
        self._trouble: BaseException | None = None

    def put(self, file: NewFile, data: bytes) -> None:
        """Have a file written, sooner or later."""
        self._batch.append((file, data))
        self._bytes += len(data)
        if len(self._batch) >= _FILES or self._bytes >= _BYTES:
            self._pass_on()

    def settle(self) -> None:
        """Return when all that was put is written.

        Raises:
            Refused: a file is there twice.
            OSError: a file could not be written.
        """
        if self._batch:
            self._pass_on()
        self._queue.join()
        self._raise()

    def close(self) -> None:
        """End the threads; what is not written yet may never be."""
        self._batch = []
        for _ in self._threads:
            self._queue.put([])
        for thread in self._threads:
            thread.join()

    def _pass_on(self) -> None:
        self._raise()
        if len(self._threads) < _THREADS:
            self._threads.append(threading.Thread(target=self._work, daemon=True))
            self._threads[-1].start()
        self._queue.put(self._batch)
        self._batch, self._bytes = [], 0

    def _raise(self) -> None:
        if self._trouble:
            raise self._trouble

    def _work(self) -> None:
        while batch := self._queue.get():
            try:
                if not self._trouble:
                    for file, data in batch:
                        file.write((data,))
            except BaseException as error:  # noqa: BLE001 - the caller's thread raises it
                self._trouble = error
            finally:
                self._queue.task_done()
