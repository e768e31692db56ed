"""Pools grow with their queues: all of them once a minute, those that are named at once."""

from __future__ import annotations

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Growing:
    """Gives pools the machines that they need.

    Attributes:
        groups, queue, clock: see the ports.
        log: is told of every change, and of trouble.
    """

    groups: Groups
    queue: Queue
    clock: Clock
    log: Log

    def __call__(self, installation: Installation) -> None:
        """Look at all pools; what is wrong with one is no matter to the others (fault 61).

        Raises:
            OperatorError: of some pool not everything could be looked at, or set.
        """
        if not installation.pools:
            return
        scaler = Scaler(
            self.groups, self.queue, installation.pools, clock=self.clock, log=self.log.info
        )
        ill = [one for one in scaler.look() if one.troubles]
        if ill:
            told = "; ".join(f"{one.pool}: {', '.join(one.troubles)}" for one in ill)
            raise OperatorError(f"pools could not be looked after: {told}")

    def only(self, names: Sequence[str]) -> Part:
        """The same for those pools only that are named, or serve a queue that is."""

        def is_meant(pool: Pool) -> bool:
            return pool.name in names or any(queue in names for queue in pool.queues)

        return lambda known: self(replace(known, pools=tuple(filter(is_meant, known.pools))))
