"""Whether a task is still ours.

A lease is kept by renewing it, and is lost by time alone: a process that was stopped, or cut off,
cannot know whether somebody else has the task by now, so it counts the seconds itself. What is no
longer held must not be published.
"""

from __future__ import annotations

import threading

from praktika.errors import Conflict, PraktikaError
from praktika.ports.clock import Clock
from praktika.ports.queue import Message, Queue

MARGIN = 2.0
"""Seconds before the end of a lease from which on it counts as lost."""


class LeaseLost(Exception):
    """The task is somebody else's; nothing may be told of it."""


class Hold:
    """The lease of one task.

    Args:
        queue, clock: see the ports.
        message: the task's.
        lease: seconds.
        since: monotonic reading before the message was asked for.
    """

    def __init__(
        self, queue: Queue, clock: Clock, message: Message, *, lease: float, since: float
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._message = message
        self._lease = lease
        self._until = since + lease
        self._is_lost = False
        self._lock = threading.Lock()

    @property
    def is_lost(self) -> bool:
        """Whether somebody else may have the task."""
        margin = min(MARGIN, self._lease / 10)
        return self._is_lost or self._clock.monotonic() > self._until - margin

    def renew(self) -> None:
        """Let the lease begin anew; a store that does not answer is asked again next time."""
        with self._lock:
            if self.is_lost:
                self._is_lost = True
                return
            before = self._clock.monotonic()
            try:
                self._queue.extend(self._message, self._lease)
            except Conflict:
                self._is_lost = True
            except PraktikaError:
                return
            else:
                self._until = before + self._lease

    def confirm(self) -> None:
        """Make sure of the lease, for what must be done by nobody else.

        Raises:
            LeaseLost: it is lost.
        """
        self.renew()
        if self.is_lost:
            raise LeaseLost
