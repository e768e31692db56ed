"""Ctrl-C and its like while a run goes on.

Once asks the run to stop, twice also stops the jobs that always run, a third time ends everything
at once. A closed terminal and SIGTERM count as much as Ctrl-C.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from praktika import process_tree
from praktika.model.events import CancelRequested

_NAMES = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "a closed terminal"}
_FORCE = 2
_ABANDON = 3


class Abandoned(KeyboardInterrupt):
    """Everything was ended at once, at a person's third request."""


class Interruptions:
    """Counts the signals that arrive inside a `with`, and turns them into requests.

    Args:
        now: seconds since the epoch.
        end_all: ends every process below this one.
    """

    def __init__(
        self, now: Callable[[], float], end_all: Callable[[], None] = process_tree.kill_all
    ) -> None:
        self.count = 0
        self._now = now
        self._end_all = end_all
        self._by = ""
        self._told = 0
        self._before: dict[int, Any] = {}

    def request(self) -> CancelRequested | None:
        """What was asked for since the last call."""
        if self.count == self._told:
            return None
        self._told = self.count
        return CancelRequested(at=self._now(), by=self._by, force=self.count >= _FORCE)

    def __enter__(self) -> Self:
        for number in _NAMES:
            # `nohup` and the like: what is ignored stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._count)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _count(self, number: int, _frame: FrameType | None) -> None:
        self.count += 1
        self._by = self._by or _NAMES[signal.Signals(number)]
        if self.count == _ABANDON:
            self._end_all()
            raise Abandoned
        if self.count > _ABANDON:
            self._end_all()
            os._exit(1)
