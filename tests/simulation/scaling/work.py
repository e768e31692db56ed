"""A queue, and the machines that wait for its messages."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass

from greenlet import getcurrent, greenlet
from tests.simulation.scaling.history import History, Message
from tests.simulation.scaling.hub import Hub

from praktika.ports.queue import Backlog

LEASE = 54.0


@dataclass(slots=True, eq=False)
class Seat:
    """A fiber that waits for messages, and what it got."""

    fiber: greenlet
    limit: int
    got: list[Message]


class Work:
    """A queue. Messages are given to whoever waits; nobody knows to whom first.

    Attributes:
        known: numbers of messages by the names of machines that have them; for nobody but tests.
    """

    def __init__(self, hub: Hub, chance: random.Random, history: History) -> None:
        self._hub = hub
        self._chance = chance
        self._history = history
        self._waiting: deque[Message] = deque()
        self._leased = 0
        self._seats: list[Seat] = []

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def leased(self) -> int:
        return self._leased

    def send(self, messages: list[Message]) -> None:
        self._waiting.extend(messages)
        self._changed()
        self._hand_out()

    def receive(self, limit: int, wait: float) -> list[Message]:
        """Lease messages for the machine of the current fiber."""
        if self._waiting:
            return self._lease(limit)
        seat = Seat(getcurrent(), limit, [])
        self._seats.append(seat)
        self._hub.at(self._hub.now + wait, self._time_out, seat)
        self._hub.park()
        return seat.got

    def stand_up(self, fiber: greenlet | None) -> None:
        """The fiber's machine is gone."""
        self._seats = [seat for seat in self._seats if seat.fiber is not fiber]

    def ack(self, messages: list[Message]) -> None:
        for message in messages:
            message.done = self._hub.now
        self._leased -= len(messages)
        self._changed()

    def lapse(self, messages: list[Message]) -> None:
        """Whoever had them is gone; they come back with the end of the lease."""
        self._hub.at(self._hub.now + self._chance.uniform(1, LEASE), self._come_back, messages)

    def count(self, late: float) -> Backlog:
        """As it was a moment ago, each number as of another one."""
        found = []
        for which in (1, 2):
            then = self._hub.now - late * self._chance.random()
            index = bisect_right(self._history.changes, (then, 1 << 30, 0)) - 1
            found.append(self._history.changes[max(0, index)][which])
        self._history.late += found != [self.waiting, self.leased]
        return Backlog(waiting=found[0], leased=found[1])

    def _come_back(self, messages: list[Message]) -> None:
        self._leased -= len(messages)
        self.send(messages)

    def _lease(self, limit: int) -> list[Message]:
        got = [self._waiting.popleft() for _ in range(min(limit, len(self._waiting)))]
        self._leased += len(got)
        self._changed()
        return got

    def _hand_out(self) -> None:
        while self._waiting and self._seats:
            seat = self._seats.pop(self._chance.randrange(len(self._seats)))
            seat.got.extend(self._lease(seat.limit))
            self._hub.at(self._hub.now, seat.fiber.switch)

    def _time_out(self, seat: Seat) -> None:
        if seat in self._seats:
            self._seats.remove(seat)
            seat.fiber.switch()

    def _changed(self) -> None:
        self._history.changes.append((self._hub.now, len(self._waiting), self._leased))
