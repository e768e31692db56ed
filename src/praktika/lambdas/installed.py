"""The installation as its last deploy has written it down."""

from __future__ import annotations

from praktika.errors import OperatorError
from praktika.model.installation import FILE, Installation
from praktika.model.wire import WireError, decode
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock

FRESH = 60.0
"""Seconds for which what was read counts."""


class Installed:
    """Reads the installation, now and then.

    Args:
        blobs: where it is.
        clock: tells the time.
    """

    def __init__(self, blobs: Blobs, clock: Clock) -> None:
        self._blobs = blobs
        self._clock = clock
        self._known: Installation | None = None
        self._at = 0.0

    def now(self) -> Installation:
        """The installation, at most a minute old.

        Raises:
            OperatorError: it cannot be read.
        """
        at = self._clock.monotonic()
        if self._known is None or at - self._at >= FRESH:
            self._known, self._at = self._read(), at
        return self._known

    def _read(self) -> Installation:
        try:
            return decode(self._blobs.get(FILE), Installation)
        except WireError as error:
            raise OperatorError(f"{FILE} is of another version: deploy again") from error
