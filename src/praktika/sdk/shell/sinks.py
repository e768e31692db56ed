"""Where the output of a command goes."""

from __future__ import annotations

from collections.abc import Sequence


class Tail:
    """The last bytes of a stream, and which of some texts occurred anywhere in it."""

    def __init__(self, limit: int, wanted: Sequence[str] = ()) -> None:
        self._limit = limit
        self._data = bytearray()
        self._wanted = [text.encode() for text in wanted if text]
        self._overlap = max(map(len, self._wanted), default=1) - 1
        self._carry = b""
        self.found = False

    def __call__(self, data: bytes) -> None:
        """Take bytes."""
        if self._wanted and not self.found:
            window = self._carry + data
            self.found = any(text in window for text in self._wanted)
            self._carry = window[-self._overlap :] if self._overlap else b""
        self._data += data
        if len(self._data) > 2 * self._limit:
            del self._data[: -self._limit]

    def text(self) -> str:
        """The kept bytes as text."""
        return bytes(self._data[-self._limit :]).decode("utf-8", "replace")


class Whole:
    """All bytes of a stream."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def __call__(self, data: bytes) -> None:
        """Take bytes."""
        self._parts.append(data)

    def text(self) -> str:
        """The bytes as text."""
        return b"".join(self._parts).decode("utf-8", "replace")
