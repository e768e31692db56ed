"""The one helper that tries again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

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
