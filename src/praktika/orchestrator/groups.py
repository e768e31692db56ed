"""Concurrency groups in the world: tickets, and turns where only one run may go on.

Every step may be done twice, or late by somebody who stood still. A run that joins leaves a ticket,
for this one stay, and takes it away when it leaves. Turns are numbered, and each is given once, to
somebody with a ticket, when whoever had the one before has none any more. Whoever comes or goes
changes his own ticket first and looks at the turns then: so of two, one always sees the other.
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
        self._blobs.put(_place(group, ticket), encode(ticket))
        if policy == "queue":
            holder = self._pass_on(group, ticket)
            return [self._admission(ticket)] if holder == ticket else []
        found = standing(self._tickets(group), ticket)
        for older in found.older:
            event = self._superseded(ticket, older.run)
            self._tell(older, event, event.id)
        return [self._superseded(found.newer, ticket.run)] if found.newer else []

    def leave(self, group: str, ticket: Ticket, policy: Policy) -> None:
        """Leave a group, and let the next run in it begin."""
        self._blobs.delete(_place(group, ticket))
        if policy == "queue":
            self._pass_on(group, ticket)

    def _pass_on(self, group: str, by: Ticket) -> Ticket | None:
        """Whose turn it is, who is told of it; None if nobody waits."""
        while True:
            # The turn first: its holder had a ticket before, so one that has none has left.
            number, holder = self._turn(group)
            tickets = self._tickets(group)
            found = next((one for one in tickets if one.name == holder), None)
            if found is not None:
                break
            chosen = next_in_line(tickets)
            if chosen is None:
                return None
            with suppress(Conflict):
                self._blobs.create(_turn(group, number + 1), chosen.name.encode())
        if found != by:
            # Even if it was told before: by somebody who has died over it, perhaps.
            name = f"{found.name} has turn {number}, says {by.name}"
            self._tell(found, self._admission(found), name)
        return found

    def _turn(self, group: str) -> tuple[int, str]:
        """The number of the last turn, and the name of its ticket; those before are removed."""
        while True:
            *past, last = self._blobs.list(names.turns(group)) or [_turn(group, 0)]
            for key in past:
                self._blobs.delete(key)
            number = int(last.rpartition("/")[2])
            if not number:
                return 0, ""
            with suppress(Absent):
                return number, self._blobs.get(last).decode()

    def _tickets(self, group: str) -> list[Ticket]:
        found = []
        for key in self._blobs.list(names.tickets(group)):
            with suppress(Absent):
                found.append(decode(self._blobs.get(key), Ticket))
        return found

    def _admission(self, ticket: Ticket) -> Admitted:
        return Admitted(at=self._around.clock.now(), stay=ticket.stay)

    def _superseded(self, by: Ticket, run: str) -> CancelRequested:
        who = f"run {by.run}, which is newer"
        return CancelRequested(
            at=self._around.clock.now(), by=who, id=f"{run} gives way to {by.run}"
        )

    def _tell(self, ticket: Ticket, event: AnyEvent, identity: str) -> None:
        self._around.queue.send(
            ticket.inbox, [encode(event)], group=ticket.run, identity=[identity]
        )


def _place(group: str, ticket: Ticket) -> str:
    return f"{names.tickets(group)}/{ticket.name}"


def _turn(group: str, number: int) -> str:
    return f"{names.turns(group)}/{number:08}"
