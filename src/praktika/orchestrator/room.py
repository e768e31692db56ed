"""Reading Results of jobs, of which no run may have more than there is memory for."""

from __future__ import annotations

from praktika.model.facts import Trust
from praktika.model.result import Result
from praktika.model.wire import WireError, decode
from praktika.ports.blobs import Blobs

MOST: dict[Trust, int] = {"trusted": 512 << 20, "untrusted": 32 << 20}
"""Bytes of all Results of a run that are read; in memory they may take twenty times as many."""


class Room:
    """Reads Results until there is no room left for more.

    Args:
        blobs: where they are.
        most: bytes of all of them together.
    """

    def __init__(self, blobs: Blobs, most: int) -> None:
        self._blobs = blobs
        self._left = most

    def read(self, key: str) -> Result:
        """A Result.

        Raises:
            Absent: there is none.
            WireError: it is damaged, or there is no room for it.
            PraktikaError: see `Blobs`.
        """
        data = self._blobs.get(key, 0, self._left + 1)
        if len(data) > self._left:
            raise WireError(f"there is room for {self._left:,} more bytes, and it has more")
        self._left -= len(data)
        return decode(data, Result)
