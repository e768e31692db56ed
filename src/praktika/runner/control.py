"""Requests to stop, as they come."""

from __future__ import annotations

import threading

from praktika.errors import PraktikaError
from praktika.model.task import Stop, Task
from praktika.model.wire import WireError, decode
from praktika.patience import patiently
from praktika.ports.queue import Queue

_PATIENCE = 20.0
_LEASE = 5.0
"""Seconds: what a queue has given to one that listened here before, and is gone, comes again."""

_REST = 1.0


class Control:
    """Listens on a runner's control queue, in a thread of its own.

    Args:
        queue: see the port.
        name: of the control queue.
    """

    def __init__(self, queue: Queue, name: str) -> None:
        self._queue = queue
        self._name = name
        self._reasons: dict[tuple[str, str, int], str] = {}
        self._over = threading.Event()

    def start(self) -> None:
        """Begin to listen; the thread ends with the process, or after `close`."""
        patiently(lambda: self._queue.create(self._name))
        threading.Thread(target=self._listen, name="control", daemon=True).start()

    def close(self) -> None:
        """Stop listening, for good."""
        self._over.set()
        patiently(lambda: self._queue.remove(self._name))

    def reason_to_stop(self, task: Task) -> str:
        """Why this attempt is to end, or "" if nobody has asked for it."""
        return self._reasons.get((task.run, task.job, task.attempt), "")

    def forget(self, task: Task) -> None:
        """The attempt is over."""
        self._reasons.pop((task.run, task.job, task.attempt), None)

    def hear(self, *, wait: float = 0.0) -> None:
        """Take the requests that are there.

        Args:
            wait: seconds to wait for one.
        """
        messages = self._queue.receive(self._name, limit=10, lease=_LEASE, wait=wait)
        for message in messages:
            try:
                stop = decode(message.body, Stop)
            except WireError:
                continue
            self._reasons[stop.run, stop.job, stop.attempt] = stop.reason
        if messages:
            self._queue.ack(messages)

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self.hear(wait=_PATIENCE)
            except PraktikaError:
                # What is missed here is found at the attempt's start, or its lease ends.
                self._over.wait(_REST)
