"""Concurrency groups: of runs that exclude one another, who goes on. Pure.

The tickets of a group are ordered by the time of their request, and by id where that is the same:
a request that arrives late does not count as newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from praktika.model.task import Ticket


@dataclass(frozen=True, slots=True)
class Standing:
    """What joining a group of the policy "cancel" means.

    Attributes:
        older: runs to cancel.
        newer: the newest run that this one has to give way to, or None.
    """

    older: tuple[Ticket, ...]
    newer: Ticket | None


def standing(tickets: Sequence[Ticket], mine: Ticket) -> Standing:
    """Which runs of the group are older than mine, and whether one is newer."""
    others = sorted((one for one in tickets if one.run != mine.run), key=_order)
    newer = [one for one in others if _order(one) > _order(mine)]
    older = tuple(one for one in others if _order(one) < _order(mine))
    return Standing(older=older, newer=newer[-1] if newer else None)


def next_in_line(tickets: Sequence[Ticket]) -> Ticket | None:
    """Whose turn it is in a group of the policy "queue" when nobody's is."""
    return min(tickets, key=_order, default=None)


def _order(ticket: Ticket) -> tuple[float, str]:
    return ticket.at, ticket.run
