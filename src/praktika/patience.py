"""Trying again, and doing something again and again meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Self, TypeVar

from praktika.errors import OutOfSpace, TransientError

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds after which what still fails has failed."""


def patiently(action: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `action` returns, tried again while it fails for reasons that may pass.

    The action has to be one that may be done twice.

    Raises:
        TransientError, OutOfSpace: it still fails after `patience` seconds.
    """
    deadline = time.monotonic() + patience
    pause = 0.05
    while True:
        try:
            return action()
        except (TransientError, OutOfSpace):
            if time.monotonic() + pause > deadline:
                raise
        time.sleep(pause)
        pause = min(2.0, pause * 2)


class Beat:
    """Does something every so often, in a thread of its own, for as long as a `with` lasts.

    Args:
        period: seconds between two times, and before the first one.
        action: must not raise.
    """

    def __init__(self, period: float, action: Callable[[], None]) -> None:
        self._period = period
        self._action = action
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._over.wait(self._period):
            self._action()
