"""Doing one thing while another process does the next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from praktika import process_tree

T = TypeVar("T")


class Ahead(Generic[T]):
    """A call that goes on in a thread of its own, mostly waiting for a child process.

    Args:
        call: what to call; it begins at once.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._answer: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self) -> T:
        """What the call returns, once it does; or raises."""
        try:
            self._thread.join()
        except BaseException:
            # Ctrl-C: a child that nobody waits for any more must not stay behind.
            process_tree.kill_all()
            self._thread.join()
            raise
        if self._error is not None:
            raise self._error
        return self._answer[0]

    def _run(self) -> None:
        try:
            self._answer.append(self._call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._error = error
