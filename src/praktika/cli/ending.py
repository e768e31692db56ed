"""Processes that go on until they are told to end."""

from __future__ import annotations

import signal
import threading
from typing import Any, Self


class Ending:
    """Hears SIGTERM and Ctrl-C inside a `with`; a second one ends the process as usual."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._before: dict[int, Any] = {}

    def not_yet(self) -> bool:
        """Whether nobody has asked for the end."""
        return not self._asked.is_set()

    def wait(self, seconds: float) -> None:
        """Let so much time pass, or less if somebody asks for the end."""
        self._asked.wait(seconds)

    def __enter__(self) -> Self:
        for number in (signal.SIGTERM, signal.SIGINT):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self._restore()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._asked.set()
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
