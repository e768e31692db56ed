"""Doing one thing while another process does the next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

from praktika import process_tree

T = TypeVar("T")


class Ahead(Generic[T]):
    """A call that goes on in a thread of its own, mostly waiting for a child process.

    Args:
        call: what to call, from the beginning of the `with` on.
    """

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._answer: list[T] = []
        self._error: BaseException | None = None
        # Not the thread's own join: interrupted once, it takes the thread for dead.
        self._over = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._run, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._over.is_set():
            # Ctrl-C: a child that nobody waits for any more must not stay behind.
            process_tree.kill_all()
        self._over.wait()

    def result(self) -> T:
        """What the call returns, once it does; or raises."""
        self._over.wait()
        if self._error is not None:
            raise self._error
        return self._answer[0]

    def _run(self) -> None:
        try:
            self._answer.append(self._call())
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is asked for
            self._error = error
        finally:
            self._over.set()
