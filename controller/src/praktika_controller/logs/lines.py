"""Lines on their way to CloudWatch Logs, and as many of them as go into one request."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

EVENT_BYTES = 256 * 1024 - 26
"""Bytes of a line that CloudWatch Logs takes; it counts 26 more for each."""

BATCH_BYTES = 1_048_576
BATCH_LINES = 10_000
SPAN = 24 * 3600 * 1000
"""Milliseconds between the first and the last line of a request, at most."""

_OVERHEAD = 26
_CUT = " … (cut)"


@dataclass(frozen=True, slots=True)
class Line:
    """A line.

    Attributes:
        at: when it was written, in milliseconds since the epoch.
        data: its text, as UTF-8.
    """

    at: int
    data: bytes

    @property
    def cost(self) -> int:
        """Bytes, as CloudWatch Logs counts them."""
        return len(self.data) + _OVERHEAD


def fitting(text: str) -> bytes:
    """A line as it can be sent: not empty, and not too long."""
    data = text.encode("utf-8", "replace") or b" "
    if len(data) <= EVENT_BYTES:
        return data
    room = EVENT_BYTES - len(_CUT.encode())
    return data[:room].decode("utf-8", "ignore").encode() + _CUT.encode()


class Waiting:
    """Lines that are still to be sent, in bounded memory; for all threads.

    Args:
        limit: bytes of all lines. When there are more, the newest are dropped, and counted.
    """

    def __init__(self, limit: int = 8 << 20) -> None:
        self._limit = limit
        self._lines: deque[Line] = deque()
        self._bytes = 0
        self._dropped = 0
        self._last = 0
        self._lock = threading.Lock()

    def put(self, text: str, at: float) -> None:
        """Add a line, written `at` seconds since the epoch."""
        line = Line(int(at * 1000), fitting(text))
        with self._lock:
            if self._bytes + line.cost > self._limit:
                self._dropped += 1
                return
            self._tell_dropped(line.at)
            self._add(line)

    def batch(self) -> list[Line]:
        """The lines that go first, in the order of their times; they stay until `sent`."""
        with self._lock:
            if not self._lines:
                return []
            size = 0
            chosen: list[Line] = []
            first = last = self._lines[0].at
            for line in self._lines:
                size += line.cost
                first, last = min(first, line.at), max(last, line.at)
                is_full = size > BATCH_BYTES or len(chosen) == BATCH_LINES or last - first >= SPAN
                if chosen and is_full:
                    break
                chosen.append(line)
            return sorted(chosen, key=lambda line: line.at)

    def sent(self, count: int) -> None:
        """Forget the first `count` lines."""
        with self._lock:
            for _ in range(count):
                self._bytes -= self._lines.popleft().cost
            if not self._lines and self._dropped:
                self._tell_dropped(None)

    def _tell_dropped(self, at: int | None) -> None:
        if self._dropped:
            text = f"praktika: {self._dropped} lines were dropped here"
            before = at if at is not None else self._last
            self._dropped = 0
            self._add(Line(before, text.encode()))

    def _add(self, line: Line) -> None:
        self._lines.append(line)
        self._bytes += line.cost
        self._last = line.at
