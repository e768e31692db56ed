"""Pools grow with their queues: all of them once a minute, those that are named at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from praktika.errors import OperatorError
from praktika.lambdas.ticking.parts import Part
from praktika.model.installation import Installation, Pool
from praktika.orchestrator.scaling.scaler import Scaler
from praktika.ports.clock import Clock
from praktika.ports.cloud.groups import Groups
from praktika.ports.log import Log
from praktika.ports.queue import Queue

LATE = 1.5
"""Seconds after which SQS has counted what was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """Gives pools the machines that they need.

    Attributes:
        groups, queue, clock: see the ports.
        log: is told of every change, and of trouble.
        wait: lets seconds pass.
    """

    groups: Groups
    queue: Queue
    clock: Clock
    log: Log
    wait: Callable[[float], None] = time.sleep

    def __call__(self, installation: Installation) -> None:
        """Look at all pools; what is wrong with one is no matter to the others (fault 61).

        Raises:
            OperatorError: of some pool not everything could be looked at, or set.
        """
        self._look(installation)

    def _look(self, installation: Installation) -> bool:
        """Look at all pools; whether any of them grew."""
        if not installation.pools:
            return False
        scaler = Scaler(
            self.groups, self.queue, installation.pools, clock=self.clock, log=self.log.info
        )
        outcomes = scaler.look()
        ill = [one for one in outcomes if one.troubles]
        if ill:
            told = "; ".join(f"{one.pool}: {', '.join(one.troubles)}" for one in ill)
            raise OperatorError(f"pools could not be looked after: {told}")
        return any(one.decision is not None and one.decision.desired for one in outcomes)

    def only(self, names: Sequence[str]) -> Part:
        """The same for those pools only that are named, or serve a queue that is.

        If there seems to be nothing to do, they are looked at once more, a moment later: whoever
        asks has just queued something, and SQS counts late.
        """

        def is_meant(pool: Pool) -> bool:
            return pool.name in names or any(queue in names for queue in pool.queues)

        def look(known: Installation) -> None:
            meant = replace(known, pools=tuple(filter(is_meant, known.pools)))
            if meant.pools and not self._look(meant):
                self.wait(LATE)
                self._look(meant)

        return look
