"""Concurrency groups in the world: tickets, and a holder where only one run may go on.

Every step may be done twice. A run writes its ticket before it looks who holds the group, and
whoever leaves hands the group on before it looks whether that run is still there: so one of the
two always sees the other.
"""

from __future__ import annotations

from contextlib import suppress

from praktika.engine.admission import next_in_line, standing
from praktika.errors import Absent, Conflict
from praktika.model.events import Admitted, AnyEvent, CancelRequested
from praktika.model.plan import Policy
from praktika.model.task import Ticket
from praktika.model.wire import decode, encode
from praktika.orchestrator import names
from praktika.orchestrator.surroundings import Surroundings


class Groups:
    """The concurrency groups of an installation."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._blobs = around.blobs

    def enter(self, group: str, ticket: Ticket, policy: Policy) -> list[AnyEvent]:
        """Join a group; what the run is told at once."""
        self._blobs.put(names.ticket(group, ticket.run), encode(ticket))
        if policy == "queue":
            at = self._around.clock.now()
            return [Admitted(at=at)] if self._take(group, ticket.run) == ticket.run else []
        found = standing(self._tickets(group), ticket)
        for older in found.older:
            self._tell(older, self._superseded(ticket, older.run))
        return [self._superseded(found.newer, ticket.run)] if found.newer else []

    def leave(self, group: str, run: str) -> None:
        """Leave a group, and let the next run in it begin."""
        self._blobs.delete(names.ticket(group, run))
        while True:
            chosen = self._hand_on(group, run)
            if chosen is None:
                return
            self._tell(chosen, Admitted(at=self._around.clock.now()))
            if any(one.run == chosen.run for one in self._tickets(group)):
                return
            run = chosen.run  # it has left meanwhile, and may not have seen that it was its turn

    def _hand_on(self, group: str, run: str) -> Ticket | None:
        """Who holds the group now; None if nobody waits, or it was never held."""
        holder = self._holder(group)
        tickets = self._tickets(group)
        if holder != run:
            return next((one for one in tickets if one.run == holder), None)
        chosen = next_in_line(tickets, run)
        if chosen is not None:
            self._blobs.put(names.holder(group), chosen.run.encode())
            return chosen
        self._blobs.delete(names.holder(group))
        chosen = next_in_line(self._tickets(group), run)
        taken = chosen is not None and self._take(group, chosen.run) == chosen.run
        return chosen if taken else None

    def _take(self, group: str, run: str) -> str:
        """The run that holds the group: this one, if nobody did."""
        while True:
            with suppress(Conflict):
                self._blobs.create(names.holder(group), run.encode())
                return run
            holder = self._holder(group)
            if holder:
                return holder

    def _holder(self, group: str) -> str:
        try:
            return self._blobs.get(names.holder(group)).decode()
        except Absent:
            return ""

    def _tickets(self, group: str) -> list[Ticket]:
        found = []
        for key in self._blobs.list(names.ticket(group, "x").rpartition("/")[0]):
            with suppress(Absent):
                found.append(decode(self._blobs.get(key), Ticket))
        return found

    def _superseded(self, by: Ticket, run: str) -> CancelRequested:
        who = f"run {by.run}, which is newer"
        return CancelRequested(
            at=self._around.clock.now(), by=who, id=f"{run} gives way to {by.run}"
        )

    def _tell(self, ticket: Ticket, event: AnyEvent) -> None:
        name = event.id if isinstance(event, CancelRequested) else f"{ticket.run} is admitted"
        self._around.queue.send(ticket.inbox, [encode(event)], group=ticket.run, identity=[name])
