"""Waking runs when a time has come: messages that are held back, again and again if need be.

Seconds are counted by the queue, not by comparing clocks, so that a corrected clock neither rings
early nor never.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable

from praktika.model.commands import SetTimer
from praktika.model.events import TimerFired
from praktika.model.task import Alarm
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently
from praktika.ports.clock import Clock
from praktika.ports.queue import MAX_DELAY, Message, Queue, dead_letters

_LATE = 1.0
"""Seconds by which a queue may be late, or round up."""


class Alarms:
    """Sets alarms, and passes on those that ring.

    Args:
        queue, clock: see the ports.
        name: of the queue of alarms.
        on_trouble: is told of what is no alarm, and was set aside.
    """

    def __init__(
        self,
        queue: Queue,
        clock: Clock,
        name: str,
        on_trouble: Callable[[Exception], None] = lambda _error: None,
    ) -> None:
        self._queue = queue
        self._clock = clock
        self._name = name
        self._on_trouble = on_trouble
        self._set_here: list[float] = []
        self._lock = threading.Lock()

    def set(self, run: str, inbox: str, command: SetTimer) -> None:
        """Ring for a run, after as many seconds as the command says."""
        self._hold(Alarm(run=run, inbox=inbox, at=command.at, left=command.after))

    def rest(self, limit: float) -> float:
        """Seconds, at most `limit`, until an alarm rings that was set by this process.

        0 while one is ringing. Those of other processes are found by looking now and then.
        """
        now = self._clock.monotonic()
        with self._lock:
            while self._set_here and self._set_here[0] <= now - _LATE:
                heapq.heappop(self._set_here)
            soonest = self._set_here[0] if self._set_here else now + limit
        return max(0.0, min(limit, soonest - now))

    def ring(self, *, wait: float = 0.0) -> int:
        """Tell the runs whose time has come; how many alarms were looked at.

        Args:
            wait: seconds to wait for an alarm.
        """
        messages = patiently(lambda: self._queue.receive(self._name, limit=10, wait=wait))
        for message in messages:
            self._deal_with(message)
        return len(messages)

    def _deal_with(self, message: Message) -> None:
        try:
            self._pass_on(decode(message.body, Alarm))
        except WireError as error:
            self._on_trouble(error)
            patiently(lambda: self._queue.send(dead_letters(self._name), [message.body]))
        patiently(lambda: self._queue.ack([message]))

    def _pass_on(self, alarm: Alarm) -> None:
        if alarm.left > 0:
            self._hold(alarm)
            return
        event = TimerFired(at=alarm.at)
        identity = f"{alarm.run}/timer/{alarm.at!r}"
        patiently(
            lambda: self._queue.send(
                alarm.inbox, [encode(event)], group=alarm.run, identity=[identity]
            )
        )

    def _hold(self, alarm: Alarm) -> None:
        delay = min(alarm.left, MAX_DELAY)
        with self._lock:
            heapq.heappush(self._set_here, self._clock.monotonic() + delay)
        held = Alarm(run=alarm.run, inbox=alarm.inbox, at=alarm.at, left=alarm.left - delay)
        patiently(lambda: self._queue.send(self._name, [encode(held)], delay=delay))
