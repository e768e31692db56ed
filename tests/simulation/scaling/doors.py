"""What one look of the function sees of queue and groups: each request takes its time."""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.simulation.scaling.cloud import Cloud
from tests.simulation.scaling.history import History
from tests.simulation.scaling.hub import Hub
from tests.simulation.scaling.work import Work

from praktika.engine.scaling.scale import needed
from praktika.ports.cloud.groups import Failures, Group, Machine
from praktika.ports.queue import Backlog

SLOW = 1.5
"""Seconds that a request takes at most; two of a look may be so slow."""


class Door:
    """`Groups`, `Queue` and `Clock` for one look, which keeps what it has shown.

    Attributes:
        counted: the time of which the messages are that were counted, at the earliest.
    """

    def __init__(
        self, hub: Hub, chance: random.Random, history: History, work: Work, cloud: Cloud
    ) -> None:
        self._hub = hub
        self._chance = chance
        self._history = history
        self._work = work
        self._cloud = cloud
        self._seen = Backlog()
        self._shown: dict[str, Group] = {}
        self._disturbed = False
        self._slow = 2
        self.counted: float | None = None

    def now(self) -> float:
        return self._hub.now

    def monotonic(self) -> float:
        return self._hub.now

    def log(self, event: str, **fields: object) -> None:
        assert event == "pool.scaled", (event, fields)

    def backlog(self, queue: str) -> Backlog:
        assert queue == "work"
        self._pass()
        lag = self._history.scenario.lag
        self.counted = self._hub.now - lag
        self._seen = self._work.count(lag)
        return self._seen

    def look(self, names: Sequence[str]) -> dict[str, Group]:
        self._pass()
        self._shown = {name: self._shot(name) for name in names}
        return self._shown

    def failures(self, name: str) -> Failures | None:
        self._pass()
        failed = self._cloud.groups[name].failed
        return Failures(since=failed[0], last=failed[-1]) if failed else None

    def resize(self, name: str, desired: int) -> None:
        self._pass()
        group, shown = self._cloud.groups[name], self._shown[name]
        if group.desired != shown.desired:
            self._disturbed = True
        if desired > shown.desired:
            pool = self._history.scenario.pool
            true = needed(pool, self._work.waiting, self._work.leased)
            self._history.slack += max(0, self.needed() - true)
            self._history.slack += max(0, shown.desired - group.desired)
        else:
            self._history.slack += max(0, len(group.instances) - desired)
        self._cloud.resize(name, desired)

    def needed(self) -> int:
        pool = self._history.scenario.pool
        return needed(pool, self._seen.waiting, self._seen.leased)

    def undisturbed(self) -> bool:
        """Whether nobody else has changed a size meanwhile."""
        return not self._disturbed

    def _shot(self, name: str) -> Group:
        group = self._cloud.groups[name]
        return Group(
            name=name,
            desired=group.desired,
            smallest=group.smallest,
            largest=group.largest,
            machines=tuple(
                Machine(id=one.id, phase="serving" if one.phase == "serving" else "launching")
                for one in group.instances
            ),
        )

    def _pass(self) -> None:
        seconds = self._chance.uniform(0.005, 0.1)
        if self._slow and self._chance.random() < self._history.scenario.crowd / 5:
            self._slow -= 1
            seconds = self._chance.uniform(0.3, SLOW)
        self._hub.sleep(seconds)
