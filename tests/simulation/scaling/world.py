"""A pool from its first message to the quiet after its last one, with praktika's own decisions."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from tests.simulation.scaling.cloud import Cloud, Instance, Refused
from tests.simulation.scaling.doors import Door
from tests.simulation.scaling.history import History, Look, Message, Sample
from tests.simulation.scaling.hub import Hub
from tests.simulation.scaling.scenario import Scenario, scenario
from tests.simulation.scaling.work import LEASE, Work

from praktika.orchestrator.scaling.debounce import Debounce
from praktika.orchestrator.scaling.scaler import Scaler
from praktika_controller import idle

TICK = 60.0
POLL = 20.0
SAMPLE = 20.0
BATCH = 100
ENDLESS = 25_000.0


@dataclass(frozen=True)
class Parts:
    """What decides; one of them may have a bug."""

    scaler: Callable[..., Any] = Scaler
    debounce: Callable[..., Any] = Debounce
    idle: Any = idle
    protected: bool = True


def simulate(seed: int, parts: Parts | None = None) -> History:
    """The history of a seed, the same each time."""
    return World(scenario(seed), random.Random(f"{seed}"), parts or Parts()).run()


class World:
    """Everything at once."""

    def __init__(self, plot: Scenario, chance: random.Random, parts: Parts) -> None:
        self.plot, self.pool, self.chance, self.parts = plot, plot.pool, chance, parts
        self.hub = Hub()
        self.history = History(plot)
        self.work = Work(self.hub, chance, self.history)
        self.cloud = Cloud(
            *(self.hub, chance, self.history, self.work, self.live), protected=parts.protected
        )
        self.debounce = parts.debounce()
        self._tickets: set[str] = set()
        self._old = surplus_seconds(plot)

    def run(self) -> History:
        for at, lengths in self.plot.sends:
            self.hub.at(at, self.send, lengths)
        for at in self.plot.resets:
            self.hub.at(at, self.cloud.reset)
        self.hub.at(self.chance.uniform(0, TICK), self.tick)
        self.hub.at(SAMPLE, self.sample)
        end = max((at for at, _ in self.plot.sends), default=0.0)
        dry = max((until for _, until in self.plot.droughts), default=0.0)
        self.hub.run(max(end, dry))
        while self.work.waiting or self.work.leased:
            self.hub.run(self.hub.now + TICK)
            if self.hub.now > ENDLESS:
                break
        self.hub.run(self.hub.now + 2 * self._old)
        self.history.ended = self.hub.now
        return self.history

    # What orchestrators do

    def send(self, lengths: Collection[float]) -> None:
        known = self.history.messages
        new = [Message(len(known) + n, self.hub.now, each) for n, each in enumerate(lengths)]
        known.extend(new)
        self.work.send(new)
        self.debounce.ask("work", self.hub.now)
        self.nudge()

    def nudge(self) -> None:
        for _ in self.debounce.take(self.hub.now):
            arrives = self.chance.random() >= self.plot.lost
            self.history.nudges.append((self.hub.now, arrives))
            times = 2 if self.chance.random() < self.plot.doubled else 1
            for _ in range(times if arrives else 0):
                self.look(["work"], self.chance.uniform(0.05, 0.8))
        upcoming = self.debounce.next()
        if upcoming is not None and upcoming > self.hub.now:
            self.hub.at(upcoming, self.nudge)

    # What the function does

    def tick(self) -> None:
        self.look(None, 0.0)
        self.hub.at(self.hub.now + TICK, self.tick)

    def look(self, only: Collection[str] | None, after: float) -> None:
        self.hub.start(self._look, only, after=after)
        if self.chance.random() < self.plot.crowd:
            self.hub.start(self._look, only, after=after + self.chance.uniform(0, 0.3))

    def _look(self, only: Collection[str] | None) -> None:
        door = Door(self.hub, self.chance, self.history, self.work, self.cloud)
        scaler = self.parts.scaler(door, door, [self.pool], clock=door, log=door.log)
        scaler.look(only)
        if door.counted is not None:
            needed, undisturbed = door.needed(), door.undisturbed()
            look = Look(door.counted, self.hub.now, needed, self.cloud.desired, undisturbed)
            self.history.looks.append(look)

    # What machines do

    def live(self, machine: Instance) -> None:
        limit = BATCH if self.pool.role == "workflow_orchestrator" else 1
        while machine.alive:
            machine.has = self.work.receive(limit, POLL)
            if not machine.alive:
                self.work.lapse(machine.has) if machine.has else None
            elif machine.has:
                self.hub.sleep(sum(message.seconds for message in machine.has))
                if machine.alive:
                    self.work.ack(machine.has)
                    machine.has, machine.idle_since = [], self.hub.now
                if machine.alive and self.plot.kind == "one task":
                    self._leave_used(machine)
            else:
                self.ask_to_leave(machine)

    def _leave_used(self, machine: Instance) -> None:
        """What a machine for code from outside does after its task."""
        shrinks = self.parts.idle.is_spare(self._view(machine))
        self.hub.sleep(self.chance.uniform(0.05, 0.6))
        if not machine.alive:
            return
        load = self.work.waiting + self.work.leased + self.pool.reserve
        if shrinks != (self.cloud.desired - 1 >= load):  # it has changed meanwhile
            self.history.slack += 1
        try:
            self.cloud.leave(machine, shrinks=shrinks, why="used")
        except Refused:
            self.cloud.leave(machine, shrinks=False, why="used")

    def ask_to_leave(self, machine: Instance) -> None:
        hub, decide = self.hub, self.parts.idle
        if not decide.rested(machine.id, hub.now - machine.idle_since, self.plot.idle):
            return
        hub.sleep(self.chance.uniform(0.02, 0.1))
        ticket, turn = decide.ticket(self.pool.name, hub.now), decide.turn(hub.now)
        if ticket in self._tickets:
            return
        self._tickets.add(ticket)
        hub.sleep(turn - hub.now)
        view = self._view(machine)
        verdict = decide.may_leave(machine.id, hub.now - machine.idle_since, view)
        if verdict.leaves and machine.alive:
            hub.sleep(self.chance.uniform(0.05, 0.6))
            if machine.alive:
                self._leave(machine, shrinks=verdict.shrinks)

    def _view(self, machine: Instance) -> idle.View:
        self.hub.sleep(self.chance.uniform(0.02, 0.1))
        backlog = self.work.count(self.plot.lag)
        self.hub.sleep(self.chance.uniform(0.02, 0.2))
        group = machine.group
        return idle.View(
            role=self.pool.role,
            scaling=self.pool.scaling,
            idle_seconds=self.plot.idle,
            reserve=self.pool.reserve,
            waiting=backlog.waiting,
            leased=backlog.leased,
            serving=sum(one.phase == "serving" for one in self.cloud.instances),
            least=sum(one.smallest for one in self.cloud.groups.values()),
            desired=group.desired,
            smallest=group.smallest,
            machines=len(group.instances),
        )

    def _leave(self, machine: Instance, *, shrinks: bool) -> None:
        serving = sum(one.phase == "serving" for one in self.cloud.instances)
        busy = self.work.leased
        if self.pool.role == "workflow_orchestrator":
            busy = min(1, busy)
        lately = max(self.history.changes[-1][0], *self.history.troubles[-1:], 0.0)
        try:
            self.cloud.leave(machine, shrinks=shrinks)
        except Refused:
            return
        if serving - 1 < busy + self.pool.reserve or self.work.waiting:
            self.history.slack += 1
            self.history.troubles.append(self.hub.now)
            if lately < self.hub.now - 1.5 and not self.plot.lag:
                self.history.wrong.append(self.hub.now)

    def sample(self) -> None:
        now, there = self.hub.now, self.cloud.instances
        old = sum(one.ready and not one.has and now - one.idle_since >= self._old for one in there)
        serving = sum(one.phase == "serving" for one in there)
        ready = sum(one.ready for one in there)
        self.history.samples.append(Sample(now, serving, ready, old, self.cloud.desired))
        self.hub.at(now + SAMPLE, self.sample)


def surplus_seconds(plot: Scenario) -> float:
    """Seconds in which idle machines are gone: their patience, polls, tickets, a lost lease."""
    return 1.25 * plot.idle + 2 * POLL + 3 * plot.pool.max_size + LEASE
