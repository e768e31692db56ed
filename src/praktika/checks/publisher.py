"""Shows runs on the forge: the first and the last state at once, those between now and then.

Announcements of one run come in order, and one process deals with them at a time. What must wait,
for the next time that something is worth a write or until the forge may be written to again, is a
message that is held back in a queue of its own: it survives this process, and does not stand in
the way of what is urgent.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from praktika.checks.announce import CHECKS, LATER, Announcement, is_urgent
from praktika.checks.budget import Budget
from praktika.checks.content.verdict import check_status
from praktika.checks.earlier import Earlier
from praktika.checks.ledger import Ledger
from praktika.checks.posting import Tools
from praktika.checks.pulls import Pulls
from praktika.checks.reading import Reading
from praktika.checks.showing import Showing
from praktika.errors import Conflict, PraktikaError, TransientError
from praktika.model.wire import WireError, decode, encode
from praktika.patience import Beat, patiently
from praktika.ports.blobs import Blobs
from praktika.ports.board import Board
from praktika.ports.clock import Clock
from praktika.ports.forge import Forge
from praktika.ports.journal import Journal
from praktika.ports.queue import MAX_DELAY, MAX_DELIVERIES, Message, Queue

LEASE = 60.0
"""Seconds that announcements are leased for, unless something else is said."""

_BATCH = 100
_KNOWN = 10_000
_PLACES = 64
_PAUSE = 2.0
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a publisher works with.

    Attributes:
        board, forge, journal, blobs, queue, clock: see the ports.
        budget: see `Budget`.
        page: the address of a run's report, by its id; "" if there is none.
        command: what shows it to those who have no page, likewise.
        on_trouble: is told of what failed, with the id of the run.
        lease: seconds that announcements are leased for; extended while they are dealt with.
    """

    board: Board
    forge: Forge
    journal: Journal
    blobs: Blobs
    queue: Queue
    clock: Clock
    budget: Budget
    page: Callable[[str], str] = lambda _run: ""
    command: Callable[[str], str] = lambda _run: ""
    on_trouble: Callable[[str, Exception], None] = lambda _run, _error: None
    lease: float = LEASE


class Publisher:
    """Deals with announcements.

    Concurrency: any number of threads and processes.

    Args:
        means: see there.
    """

    def __init__(self, means: Means) -> None:
        self._means = means
        self._reading = Reading(means.journal, means.blobs)
        self._held: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._places = [threading.Lock() for _ in range(_PLACES)]

    def turn(self, wait: float = 0.0) -> int:
        """Deal with the announcements that are there; how many there were.

        Args:
            wait: seconds to wait for the first one.
        """
        self._ring()
        queue, lease = self._means.queue, self._means.lease
        messages = patiently(
            lambda: queue.receive(CHECKS, limit=_BATCH, lease=lease, wait=self._rest(wait))
        )
        if not messages:
            return 0
        by_run: dict[str, list[Message]] = {}
        for message in messages:
            by_run.setdefault(message.group, []).append(message)
        hold = _Hold(queue, messages, lease)
        with Beat(lease / 3, hold.extend):
            for run_id, batch in by_run.items():
                self._deal_with(run_id, batch, hold)
        return len(messages)

    def publish(self, run_id: str, confirm: Callable[[], None] = lambda: None) -> float:
        """Show a run as its journal tells; seconds after which there is more to do, or 0.

        Args:
            run_id: its id.
            confirm: raises Conflict if somebody else deals with the run by now.
        """
        means = self._means
        run = self._reading.run(run_id)
        if run.requested is None or run.requested.subject is None:
            return 0.0
        ledger = Ledger(means.blobs, run_id)
        if check_status(run) != "completed":
            ledger.begin_anew(run_id)
            wait = ledger.wait(means.clock.now())
            if wait:
                return wait
        earlier = Earlier(means.blobs)
        showing = Showing(
            run_id=run_id,
            run=run,
            results=self._reading.findings(run_id, run),
            page=means.page(run_id) or run.requested.facts.run_url,
            command=means.command(run_id),
            ledger=ledger,
            earlier=earlier,
            before=earlier.before(run),
            pulls=Pulls(board=means.board, forge=means.forge, budget=means.budget),
            tools=Tools(
                board=means.board,
                clock=means.clock,
                budget=means.budget,
                on_trouble=partial(means.on_trouble, run_id),
                confirm=confirm,
            ),
        )
        subject = run.requested.subject
        # Several workflows may run for one commit; a board is for one at a time there.
        place = hash((subject.repository, subject.number or subject.sha))
        with self._places[place % _PLACES]:
            return showing.show()

    def _deal_with(self, run_id: str, batch: Sequence[Message], hold: _Hold) -> None:
        queue = self._means.queue
        try:
            if not self._is_too_soon(run_id, batch):
                wait = self.publish(run_id, partial(hold.confirm, run_id))
                if wait:
                    self._keep(run_id, wait)
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one run, not all of them
            self._means.on_trouble(run_id, error)
            self._give_back(batch, renewed=isinstance(error, TransientError | Conflict))
            return
        patiently(lambda: queue.ack(batch))

    def _is_too_soon(self, run_id: str, batch: Sequence[Message]) -> bool:
        """Whether the run will be looked at anyway, and nothing is urgent."""
        if any(is_urgent(message.body) for message in batch):
            return False
        with self._lock:
            return self._means.clock.monotonic() < self._held.get(run_id, 0.0)

    def _keep(self, run_id: str, wait: float) -> None:
        """See to it that the run is looked at again, by whoever lives then."""
        delay = min(wait, MAX_DELAY)
        due = self._means.clock.monotonic() + delay
        with self._lock:
            if self._means.clock.monotonic() < self._held.get(run_id, 0.0) <= due:
                return
        body = encode(Announcement(run=run_id))
        patiently(lambda: self._means.queue.send(LATER, [body], delay=delay))
        with self._lock:
            self._held[run_id] = due
            self._held.move_to_end(run_id)
            while len(self._held) > _KNOWN:
                self._held.popitem(last=False)

    def _ring(self) -> None:
        """Announce the runs whose time has come."""
        queue = self._means.queue
        for message in patiently(lambda: queue.receive(LATER, limit=10)):
            try:
                run_id = decode(message.body, Announcement).run
                patiently(partial(queue.send, CHECKS, [message.body], group=run_id))
            except (WireError, ValueError) as error:
                self._means.on_trouble("", error)
            patiently(partial(queue.ack, [message]))

    def _rest(self, limit: float) -> float:
        """Seconds, at most `limit`, until something is due that was held back here."""
        now = self._means.clock.monotonic()
        with self._lock:
            coming = [due - now for due in self._held.values() if due > now]
        return min(limit, *coming) if coming else limit

    def _give_back(self, batch: Sequence[Message], *, renewed: bool) -> None:
        """Let the messages come again; what may work in time must not be set aside meanwhile."""
        queue, last = self._means.queue, batch[-1]
        if renewed and last.deliveries > MAX_DELIVERIES // 2:
            with suppress(PraktikaError):
                queue.send(CHECKS, [last.body], group=last.group)
                queue.ack(batch)
                return
        pause = min(_LONGEST_PAUSE, _PAUSE * 2 ** min(last.deliveries, 10)) if renewed else 60.0
        for message in batch:
            with suppress(PraktikaError):
                queue.release(message, pause)


@dataclass(slots=True)
class _Hold:
    """The leases of some messages."""

    queue: Queue
    messages: Sequence[Message]
    lease: float
    lost: set[str] = field(default_factory=set)

    def extend(self) -> None:
        """Let the leases go on; those of messages that are dealt with are refused, harmlessly."""
        for message in self.messages:
            try:
                self.queue.extend(message, self.lease)
            except Conflict:
                self.lost.add(message.group)
            except PraktikaError:
                continue

    def confirm(self, run_id: str) -> None:
        """Go on.

        Raises:
            Conflict: the lease has lapsed; somebody else may deal with the run.
        """
        if run_id in self.lost:
            raise Conflict(f"somebody else shows run {run_id} by now")
