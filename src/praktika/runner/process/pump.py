"""Moving output from a pipe to a log."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from praktika.errors import PraktikaError
from praktika.runner.process.mask import Mask

CHUNK = 1 << 20
_TAIL = 16 << 10
_ROOM = 4 << 20


@dataclass(slots=True)
class Pump:
    """Moves output from the pipe to the log."""

    log: BinaryIO
    limit: int
    mask: Mask = field(default_factory=Mask)
    held: bytes = b""
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
            shown, self.held = self.mask.split(self.held + bytes(self.buffer[:size]))
            self._show(shown)
        return size

    def finish(self) -> None:
        """Store what was held back: nothing comes any more."""
        shown, self.held = self.mask.last(self.held), b""
        self._show(shown)

    def text(self) -> str:
        """The last output as text, without what no text has."""
        return self.tail.decode("utf-8", "replace").replace("\0", "").strip("\n")

    def _show(self, data: bytes) -> None:
        self.tail = (self.tail + data[-_TAIL:])[-_TAIL:]
        self._store(memoryview(data))

    def _store(self, data: memoryview) -> None:
        keep = min(len(data), max(0, self.limit - self.written))
        if self.error:
            keep = 0
        self.dropped += len(data) - keep
        try:
            written = 0
            while written < keep:
                written += self.log.write(data[written:keep]) or 0
        except (OSError, PraktikaError) as error:
            self.error = f"the log could not be written: {_reason(error)}"
            self._make_room()
        else:
            self.written += keep

    def _make_room(self) -> None:
        """Give up the end of the log: on a full disk the Result and the report need room, too."""
        with suppress(OSError, PraktikaError):
            self.log.truncate(max(0, self.log.tell() - _ROOM))


def _reason(error: OSError | PraktikaError) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else str(error)
