"""The function that is called once a minute, and whenever somebody has queued something.

Nudged, it only looks whether the pools that were named need machines. Each part of a tick stands
alone; if any of them fails, the others are done, and then the function fails, which AWS counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from praktika.lambdas.installed import Installed
from praktika.lambdas.ticking.parts import Part, each
from praktika.model.installation import Installation, Pool
from praktika.ports.clock import Clock
from praktika.ports.log import Log

DEAD_EVERY, SWEEP_EVERY = 5, 15
"""Minutes from one look to the next."""


class Tick:
    """What is done once a minute.

    Args:
        installed: what there is.
        growing: gives a pool the machines that its queues need.
        parts: what else is done, by name, with the number of minutes from one time to the next.
        clock: tells the time.
        log: a line for what was done, and what failed.
    """

    def __init__(
        self,
        installed: Installed,
        growing: Part,
        parts: Mapping[str, tuple[int, Part]],
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._installed = installed
        self._growing = growing
        self._parts = parts
        self._clock = clock
        self._log = log

    def handle(self, event: Mapping[str, Any]) -> None:
        """Do what is due.

        Raises:
            ExceptionGroup: some of it failed.
        """
        installation = self._installed.now()
        nudge = event.get("nudge")
        if isinstance(nudge, list):
            installation = named(installation, nudge)
            due: list[tuple[str, Part]] = []
        else:
            minute = int(self._clock.now() // 60)
            due = [
                (name, part) for name, (every, part) in self._parts.items() if not minute % every
            ]
        failures = each([*due, ("growing", self._growing)], installation, self._log)
        if failures:
            raise ExceptionGroup("a tick has failed in part", failures)


def named(installation: Installation, names: list[object]) -> Installation:
    """The installation with those pools only that are named, or serve a queue that is."""

    def is_meant(pool: Pool) -> bool:
        return pool.name in names or any(queue in names for queue in pool.queues)

    return replace(installation, pools=tuple(filter(is_meant, installation.pools)))
