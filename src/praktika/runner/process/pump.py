"""Moving output from a pipe to a log."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import BinaryIO

CHUNK = 1 << 20
_TAIL = 16 << 10


@dataclass(slots=True)
class Pump:
    """Moves output from the pipe to the log."""

    log: BinaryIO
    limit: int
    written: int = 0
    dropped: int = 0
    error: str = ""
    tail: bytes = b""
    buffer: bytearray = field(default_factory=lambda: bytearray(CHUNK))

    def move(self, pipe: int) -> int | None:
        """How many bytes were moved; 0 at the end, None if there is nothing now."""
        try:
            size = os.readv(pipe, [self.buffer])
        except BlockingIOError:
            return None
        if size:
            data = memoryview(self.buffer)[:size]
            self.tail = (self.tail + bytes(data[-_TAIL:]))[-_TAIL:]
            self._store(data)
        return size

    def _store(self, data: memoryview) -> None:
        keep = min(len(data), max(0, self.limit - self.written))
        if self.error:
            keep = 0
        self.dropped += len(data) - keep
        try:
            written = 0
            while written < keep:
                written += self.log.write(data[written:keep]) or 0
        except OSError as error:
            reason = os.strerror(error.errno or errno.EIO)
            self.error = f"the log could not be written: {reason}"
        else:
            self.written += keep
