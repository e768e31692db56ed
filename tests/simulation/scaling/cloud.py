"""Auto Scaling groups as AWS runs them: late, and not always able to."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from greenlet import greenlet
from tests.simulation.scaling.history import End, History, Message
from tests.simulation.scaling.hub import Hub
from tests.simulation.scaling.work import Work

from praktika.errors import OperatorError

WIDER = 5
"""Machines by which the bounds of groups are wider than those of the pool."""


class Refused(OperatorError):
    """AWS does not do that."""


@dataclass(slots=True, eq=False)
class Instance:
    """A machine; `phase` is the cloud's, `ready` whether it takes messages already."""

    id: str
    group: Group
    born: float
    phase: str = "launching"
    ready: bool = False
    alive: bool = True
    idle_since: float = 0.0
    has: list[Message] = field(default_factory=list)
    fiber: greenlet | None = None


@dataclass(slots=True, eq=False)
class Group:
    name: str
    smallest: int
    largest: int
    desired: int
    instances: list[Instance] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    due: bool = False


class Cloud:
    """The groups of the pool.

    Args:
        live: what an instance does once it has booted, in a fiber of its own.
        protected: whether instances may not be ended because a group has too many.
    """

    def __init__(
        self,
        hub: Hub,
        chance: random.Random,
        history: History,
        work: Work,
        live: Callable[[Instance], None],
        *,
        protected: bool,
    ) -> None:
        self._hub = hub
        self._chance = chance
        self._history = history
        self._work = work
        self._live = live
        self._protected = protected
        self._scenario = history.scenario
        pool = self._scenario.pool
        least = pool.size if pool.scaling == "disabled" else max(pool.size, pool.reserve)
        self.groups = {
            name: Group(name, 0 if number else min(least, pool.max_size), pool.max_size + WIDER, 0)
            for number, name in enumerate(pool.groups)
        }
        for group in self.groups.values():
            group.desired = group.smallest
            self._reconcile_soon(group, 1.0)

    @property
    def instances(self) -> list[Instance]:
        return [one for group in self.groups.values() for one in group.instances]

    @property
    def desired(self) -> int:
        return sum(group.desired for group in self.groups.values())

    def resize(self, name: str, desired: int) -> None:
        group = self.groups[name]
        if not group.smallest <= desired <= group.largest:
            raise Refused(f"{desired} is not between {group.smallest} and {group.largest}")
        group.desired = desired
        self._history.most_desired = max(self._history.most_desired, self.desired)
        self._reconcile_soon(group, self._chance.uniform(0.05, self._chance.choice((0.5, 5.0))))

    def reset(self) -> None:
        """What somebody does who knows nothing of the work."""
        self._history.troubles.append(self._hub.now)
        for group in self.groups.values():
            self.resize(group.name, group.smallest)

    def leave(self, instance: Instance, *, shrinks: bool, why: str = "left") -> None:
        """What an instance does to end itself."""
        group = instance.group
        if shrinks and group.desired - 1 < group.smallest:
            raise Refused("the group would be smaller than its least size")
        if shrinks:
            group.desired -= 1
        self._end(instance, why)

    def interrupt(self, instance: Instance) -> None:
        if instance.alive:
            self._lose(instance, "interrupted")

    def _lose(self, instance: Instance, why: str) -> None:
        self._history.replaced += 1
        self._history.troubles.append(self._hub.now)
        self._end(instance, why)

    def _end(self, instance: Instance, why: str) -> None:
        now = self._hub.now
        idle = now - instance.idle_since if instance.ready else 0.0
        self._history.ends.append(End(now, instance.id, why, bool(instance.has), idle))
        instance.alive = False
        instance.group.instances.remove(instance)
        self._work.stand_up(instance.fiber)
        if instance.has:
            self._work.lapse(instance.has)
        self._reconcile_soon(instance.group, self._chance.uniform(5, 20))

    def _reconcile_soon(self, group: Group, after: float) -> None:
        if not group.due:
            group.due = True
            self._hub.at(self._hub.now + after, self._reconcile, group)

    def _reconcile(self, group: Group) -> None:
        group.due = False
        missing = group.desired - len(group.instances)
        if missing > 0 and group.name == "spot" and self._is_dry():
            group.failed.append(self._hub.now)
            self._reconcile_soon(group, self._chance.uniform(20, 60))
        elif missing > 0:
            group.failed.clear()
            for _ in range(missing):
                self._launch(group)
        elif missing < 0 and not self._protected:
            for victim in self._chance.sample(group.instances, -missing):
                self._end(victim, "scaled in")

    def _is_dry(self) -> bool:
        return any(begin <= self._hub.now < end for begin, end in self._scenario.droughts)

    def _launch(self, group: Group) -> None:
        history, hub, chance = self._history, self._hub, self._chance
        one = Instance(f"i-{len(history.launches):017x}", group, hub.now)
        history.launches.append(hub.now)
        group.instances.append(one)
        history.highest = max(history.highest, len(self.instances))
        hub.at(hub.now + chance.uniform(5, 15), setattr, one, "phase", "serving")
        hub.at(hub.now + chance.uniform(40, 90), self._boot, one)
        if group.name == "spot" and self._scenario.interruptions:
            after = chance.expovariate(self._scenario.interruptions / 3600)
            hub.at(hub.now + after, self.interrupt, one)

    def _boot(self, one: Instance) -> None:
        if not one.alive:
            return
        if self._chance.random() < self._scenario.bad_boots:
            self._lose(one, "bad boot")
            return
        one.ready, one.idle_since = True, self._hub.now
        one.fiber = greenlet(self._live, self._hub._main)
        one.fiber.switch(one)
