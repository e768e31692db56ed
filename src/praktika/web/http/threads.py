"""Threads for what may wait."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread

P = ParamSpec("P")
T = TypeVar("T")

READERS = 16
RECEIVERS = 4


class Threads:
    """A fixed number of threads.

    Args:
        count: how many calls go on at a time; others wait.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._limiter: CapacityLimiter | None = None

    async def do(self, action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What the call returns."""
        if self._limiter is None:  # it belongs to the loop that first uses it
            self._limiter = CapacityLimiter(self._count)
        return await to_thread.run_sync(
            partial(action, *args, **kwargs), limiter=self._limiter, abandon_on_cancel=True
        )
