"""The loop of the intake: notices in, requests out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from praktika.errors import Limited, PraktikaError, TransientError
from praktika.intake.intake import Intake
from praktika.intake.names import NOTICES
from praktika.model.notices import decode_notice
from praktika.model.wire import WireError
from praktika.patience import Beat, patiently
from praktika.ports.clock import Clock
from praktika.ports.queue import Message, Queue, dead_letters

LEASE = 120.0
"""Seconds that notices are leased for, unless something else is said."""

_BATCH = 10
_PAUSE = 5.0
_LONG_PAUSE = 60.0


class Worker:
    """Serves the queue of notices.

    Args:
        intake: deals with them.
        queue: where they are.
        clock: tells how long a forge's limit lasts.
        on_trouble: is told of what kept a notice from being dealt with; it comes again.
        lease: seconds that notices are leased for; extended while they are dealt with.
    """

    def __init__(
        self,
        intake: Intake,
        queue: Queue,
        clock: Clock,
        on_trouble: Callable[[str, Exception], None],
        lease: float = LEASE,
    ) -> None:
        self._intake = intake
        self._queue = queue
        self._clock = clock
        self._on_trouble = on_trouble
        self._lease = lease

    def turn(self, *, wait: float = 0.0) -> int:
        """Deal with the notices that are there; how many there were."""
        queue, lease = self._queue, self._lease
        messages = patiently(lambda: queue.receive(NOTICES, limit=_BATCH, lease=lease, wait=wait))
        if not messages:
            return 0
        held: set[str] = set()
        left = list(messages)
        with Beat(lease / 3, partial(self._extend, left)):
            for message in messages:
                if message.group in held:  # one before it could not be dealt with
                    continue
                if not self._deal_with(message):
                    held.add(message.group)
                left.remove(message)
        return len(messages)

    def _extend(self, left: Sequence[Message]) -> None:
        """Let the leases go on; one that was just given up is refused, harmlessly."""
        for message in tuple(left):
            with suppress(PraktikaError):
                self._queue.extend(message, self._lease)

    def _deal_with(self, message: Message) -> bool:
        try:
            self._intake.take(decode_notice(message.body))
        except WireError as error:
            self._on_trouble(message.group, error)
            aside = dead_letters(NOTICES)
            patiently(lambda: self._queue.send(aside, [message.body], group=message.group))
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one notice, not all
            self._on_trouble(message.group, error)
            with suppress(PraktikaError):
                self._queue.release(message, self._pause(error))
            return False
        patiently(lambda: self._queue.ack([message]))
        return True

    def _pause(self, error: Exception) -> float:
        if isinstance(error, Limited):
            return min(900.0, max(_PAUSE, error.until - self._clock.now()))
        return _PAUSE if isinstance(error, TransientError) else _LONG_PAUSE
