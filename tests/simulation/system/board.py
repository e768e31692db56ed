"""Where runs are announced, and the rule about that. It fails, and those who announce die over it."""

from __future__ import annotations

import random

from tests.simulation.system.history import Announced, History
from tests.simulation.system.scheduler import current
from tests.simulation.system.stores import Stores
from tests.simulation.system.story import stories

from praktika.engine.run import Run, Stage
from praktika.errors import Unavailable


class Board:
    """Hears how runs stand."""

    def __init__(self, stores: Stores, chance: random.Random) -> None:
        self._stores = stores
        self._chance = chance

    def announce(self, run: str, state: Run) -> None:
        """See `Surroundings`."""
        self._strike(f"announce {run}")
        now, process = self._stores.scheduler.now, current().process.name
        self._stores.note(current(), f"announce {run}: {state.stage.value}")
        self._stores.history.announced.append(Announced(now, process, run, state))
        self._strike(f"announced {run}")

    def _strike(self, what: str) -> None:
        """A part of what happens to a call of a store, decided apart from all else."""
        stores, fiber = self._stores, current()
        if stores.is_calm:
            return
        if self._chance.random() < stores.weather.crash * 6:
            stores.note(fiber, f"crashes at {what}")
            stores.on_crash(fiber.process)
            fiber.process.crash()
        if self._chance.random() < stores.weather.fail / 4:
            stores.note(fiber, f"{what}: failed")
            raise Unavailable("the board does not answer")


def conclusions_are_announced(history: History) -> None:
    """As it stands in the end, each run was announced, whoever died over it: so checks conclude.

    That is after it came to stand so.
    """
    for run, story in stories(history).items():
        if story.run.stage is not Stage.CONCLUDED:
            continue
        since = story.chapters[-1].at
        told = [one for one in history.announced if one.run == run and one.at >= since]
        assert any(one.state == story.run for one in told), f"{run}, over at {since}"
