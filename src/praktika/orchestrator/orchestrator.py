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

import msgspec

from praktika.engine.run import Stage
from praktika.errors import Conflict, PraktikaError, TransientError
from praktika.model.events import AnyEvent, CancelRequested, RunRequested, decode_event
from praktika.model.result import Result, Status
from praktika.model.wire import WireError
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.case import Case
from praktika.orchestrator.hands import Hands
from praktika.orchestrator.summary import summarize
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
    """

    def __init__(
        self,
        around: Surroundings,
        observers: Sequence[Observer] = (),
        on_trouble: Callable[[str, Exception], None] = lambda _run, _error: None,
        *,
        patient: bool = False,
    ) -> None:
        self.around = around
        self.hands = Hands(around)
        self.alarms = Alarms(around.queue, around.alarms, partial(on_trouble, ""))
        self._observers = observers
        self._on_trouble = on_trouble
        self._patient = patient
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

    def turn(self, *, wait: float = 0.0, limit: int = _BATCH) -> int:
        """Deal with the events that are there; how many there were.

        Args:
            wait: seconds to wait for the first one.
            limit: how many to take at most.
        """
        messages = patiently(
            lambda: self.around.queue.receive(
                self.around.inbox, limit=limit, lease=LEASE, wait=wait
            )
        )
        by_run: dict[str, list[Message]] = {}
        for message in messages:
            by_run.setdefault(message.group, []).append(message)
        for run, batch in by_run.items():
            self._deal_with(run, batch)
        return len(messages)

    def _deal_with(self, run: str, batch: Sequence[Message]) -> None:
        case = self.case(run)
        try:
            with case.lock, self._leased(batch):
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
        """Keep the leases of these messages for as long as the block takes."""
        return Beat(LEASE / 3, partial(self._extend, batch)) if self._patient else nullcontext()

    def _extend(self, batch: Sequence[Message]) -> None:
        for message in batch:
            with suppress(PraktikaError):
                self.around.queue.extend(message, LEASE)

    def _read(self, message: Message) -> list[AnyEvent]:
        """The event of a message; one that nobody can read is set aside."""
        try:
            return [decode_event(message.body)]
        except WireError as error:
            self._on_trouble(message.group, error)
            aside = dead_letters(self.around.inbox)
            patiently(lambda: self.around.queue.send(aside, [message.body], group=message.group))
            return []


class OwnRun:
    """Serves one run that has an inbox of its own, to its end.

    Args:
        run: its id.
        around: see `Surroundings`.
        observers: are shown the run.
        wait: seconds to wait for events before looking around.
    """

    def __init__(
        self,
        run: str,
        around: Surroundings,
        observers: Sequence[Observer] = (),
        *,
        wait: float = _WAIT,
    ) -> None:
        self.id = run
        self.around = around
        self._trouble: list[Exception] = []
        self._orchestrator = Orchestrator(
            around, observers, lambda _run, error: self._trouble.append(error)
        )
        self._dead: set[str] = set()
        self._look_at = 0.0
        self._wait = wait

    @property
    def case(self) -> Case:
        """The run."""
        return self._orchestrator.case(self.id)

    def request(self, request: RunRequested) -> None:
        """Begin the run; nothing if it has begun already."""
        self.case.take([request])

    def take_over(self) -> None:
        """Go on with a run that another process has begun, which is gone with its runners."""
        self.case.load()
        now = self.around.clock.now()
        lost = self.case.lost_all(now, "the process that served the run is gone")
        self.case.take(lost, again=True)

    def serve(self, asked: Callable[[], CancelRequested | None]) -> Result:
        """Go on until the run is concluded; its Result.

        Args:
            asked: asked for a request to stop the run, by default ten times a second.
        """
        while not self._is_over():
            self._orchestrator.turn(wait=self._wait)
            if self._trouble:
                raise self._trouble[0]
            self._ring()
            request = asked()
            lost = self._lost()
            if request is not None or lost:
                self.case.take([*([request] if request is not None else []), *lost])
        assert self.case.result is not None
        return self.case.result

    def give_up(self, reason: str) -> Result:
        """The Result of a run that cannot go on here; nothing is stored."""
        run = self.case.run
        if run.requested is None:
            return Result(name="", status=Status.ERROR, info=reason, ext={"run_id": self.id})
        result = summarize(run, Status.ERROR, self.id, self.around)
        return msgspec.structs.replace(result, info=reason)

    def _is_over(self) -> bool:
        case = self.case
        if case.run.stage is Stage.CONCLUDED and case.result is None:
            case.take_over()  # somebody else has concluded it
        return case.run.stage is Stage.CONCLUDED

    def _ring(self) -> None:
        """Look at the alarms now and then: they are seldom, and not to the millisecond."""
        now = self.around.clock.monotonic()
        if now >= self._look_at and self.case.run.alarm:
            self._look_at = now + self._wait * 2
            self._orchestrator.alarms.ring()

    def _lost(self) -> list[AnyEvent]:
        """What was lost with runners that ended by themselves."""
        # A runner's last JobStarted may arrive after its death is known.
        self._dead.update(self.around.lost())
        return self.case.lost_with(self._dead, self.around.clock.now()) if self._dead else []
