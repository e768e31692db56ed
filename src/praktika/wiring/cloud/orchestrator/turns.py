"""Whose turn it is to do what is to be done once in a while, by one of many processes."""

from __future__ import annotations

from contextlib import suppress

from praktika.errors import Conflict, PraktikaError
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock

_FOLDER = "forge/turns"


class Turns:
    """Of all processes, the first one that asks within a period has the turn.

    It costs one request a period and process. Whoever dies over it leaves it to the next period.

    Args:
        blobs, clock: see the ports.
        name: of what is done.
        period: in seconds.
    """

    def __init__(self, blobs: Blobs, clock: Clock, name: str, period: float) -> None:
        self._blobs = blobs
        self._clock = clock
        self._folder = f"{_FOLDER}/{name}"
        self._period = period
        self._asked = -1

    def is_mine(self) -> bool:
        """Whether it is ours to do it now; once in a period at most."""
        number = int(self._clock.now() // self._period)
        if number == self._asked:
            return False
        try:
            self._blobs.create(f"{self._folder}/{number}", b"")
        except Conflict:
            self._asked = number
            return False
        self._asked = number
        with suppress(PraktikaError):  # it is found the next time
            self._forget(number)
        return True

    def _forget(self, number: int) -> None:
        for key in self._blobs.list(self._folder):
            name = key.rpartition("/")[2]
            if name.isdecimal() and int(name) < number:
                self._blobs.delete(key)
