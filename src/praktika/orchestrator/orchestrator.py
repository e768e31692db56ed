"""The loop: events in, decisions, journal, commands out.

Any number of processes may serve one inbox, and any of them may die at any line: what it had
received comes again, to it or to another one, and `Case` sorts out what was done.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial

from praktika.errors import Conflict, PraktikaError, TransientError
from praktika.model.events import AnyEvent, decode_event
from praktika.model.wire import WireError
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.case import Case
from praktika.orchestrator.hands import Hands
from praktika.orchestrator.surroundings import Observer, Surroundings
from praktika.patience import Beat, patiently
from praktika.ports.queue import Message, dead_letters

LEASE = 12.0
"""Seconds that events are leased for: so long nobody notices a lost orchestrator. Extended while a
plan is made."""

_BATCH = 100
_WAIT = 0.1
_KNOWN = 64
_PAUSE = 2.0
_LONG_PAUSE = 60.0


class Orchestrator:
    """Serves the runs of one inbox.

    Args:
        around: see `Surroundings`.
        observers: are shown every run that is served here.
        on_trouble: is told of what kept events from being dealt with; they come again.
        patient: whether events are kept leased while they are dealt with, however long that takes.
        lease: seconds that events are leased for.
    """

    def __init__(
        self,
        around: Surroundings,
        observers: Sequence[Observer] = (),
        on_trouble: Callable[[str, Exception], None] = lambda _run, _error: None,
        *,
        patient: bool = False,
        lease: float = LEASE,
    ) -> None:
        self.around = around
        trouble = partial(on_trouble, "")
        self.alarms = Alarms(around.queue, around.clock, around.alarms, trouble)
        self.hands = Hands(around, self.alarms)
        self._observers = observers
        self._on_trouble = on_trouble
        self._patient = patient
        self._lease = lease
        self._cases: OrderedDict[str, Case] = OrderedDict()
        self._lock = threading.Lock()

    def case(self, run: str) -> Case:
        """The run as it is known here; it may be behind its journal."""
        with self._lock:
            if run not in self._cases:
                self._cases[run] = Case(run, self.hands, self._observers)
            self._cases.move_to_end(run)
            while len(self._cases) > _KNOWN:
                self._cases.popitem(last=False)
            return self._cases[run]

    def turn(self, *, wait: float = 0.0, limit: int = _BATCH, inbox: str = "") -> int:
        """Deal with the events that are there; how many there were.

        Args:
            wait: seconds to wait for the first one.
            limit: how many to take at most.
            inbox: name of the queue to take them from, if not the usual one.
        """
        source = inbox or self.around.inbox
        messages = patiently(
            lambda: self.around.queue.receive(source, limit=limit, lease=self._lease, wait=wait)
        )
        by_run: dict[str, list[Message]] = {}
        for message in messages:
            by_run.setdefault(message.group, []).append(message)
        with self._leased(messages):
            for run, batch in by_run.items():
                self._deal_with(run, batch)
        return len(messages)

    def _deal_with(self, run: str, batch: Sequence[Message]) -> None:
        case = self.case(run)
        try:
            with case.lock:
                events = [event for message in batch for event in self._read(message)]
                case.take(events, again=any(message.deliveries > 1 for message in batch))
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one run, not all of them
            # What is known here may not be true any more; it is read again from the journal.
            with self._lock:
                self._cases.pop(run, None)
            self._on_trouble(run, error)
            passing = isinstance(error, TransientError | Conflict)
            for message in batch:
                with suppress(PraktikaError):
                    self.around.queue.release(message, _PAUSE if passing else _LONG_PAUSE)
            return
        patiently(partial(self.around.queue.ack, batch))

    def _leased(self, batch: Sequence[Message]) -> AbstractContextManager[object]:
        """Keep the leases of these messages for as long as the block takes.

        Those that are dealt with already are refused, which does no harm.
        """
        return (
            Beat(self._lease / 3, partial(self._extend, batch)) if self._patient else nullcontext()
        )

    def _extend(self, batch: Sequence[Message]) -> None:
        for message in batch:
            with suppress(PraktikaError):
                self.around.queue.extend(message, self._lease)

    def _read(self, message: Message) -> list[AnyEvent]:
        """The event of a message; one that nobody can read is set aside."""
        try:
            return [decode_event(message.body)]
        except WireError as error:
            self._on_trouble(message.group, error)
            aside = dead_letters(message.queue)
            patiently(lambda: self.around.queue.send(aside, [message.body], group=message.group))
            return []
