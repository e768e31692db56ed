"""Looks at the queues and groups of pools, and lets the groups grow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from praktika.engine.scaling.scale import needed, scale
from praktika.engine.scaling.view import Decision, View
from praktika.engine.scaling.view import Group as Share
from praktika.errors import PraktikaError
from praktika.model.installation import Pool
from praktika.ports.clock import Clock
from praktika.ports.cloud.groups import Group, Groups
from praktika.ports.queue import Queue

Log = Callable[..., object]
"""`log(event, **fields)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a look at a pool came to.

    Attributes:
        pool: its name.
        decision: what was decided and set, None if nothing could be.
        troubles: what was in the way of all or a part of it.
    """

    pool: str
    decision: Decision | None
    troubles: tuple[str, ...] = ()


class Scaler:
    """Lets pools grow; what is wrong with one of them is no matter to the others.

    Any number may look at the same time. Whoever sets a size last is heard, so a machine too few
    is found with the next look, and one too many leaves. At the moment at which a group begins to
    fail, one may ask it and another the next one; then each keeps its own maximum.

    Args:
        groups, queue, clock: see the ports.
        pools: of the installation.
        log: is told of every change, and of trouble.
    """

    def __init__(
        self, groups: Groups, queue: Queue, pools: Sequence[Pool], *, clock: Clock, log: Log
    ) -> None:
        self._groups = groups
        self._queue = queue
        self._pools = pools
        self._clock = clock
        self._log = log

    def look(self, only: Collection[str] | None = None) -> list[Outcome]:
        """What became of each pool, or of those with these names or queues.

        Raises:
            PraktikaError: no group can be looked at.
        """
        pools = [pool for pool in self._pools if only is None or _is_meant(pool, only)]
        # Queues first: what is set follows the look at the groups at once.
        counts = [_Count(self._queue, pool) for pool in pools]
        found = self._groups.look(list(dict.fromkeys(name for one in pools for name in one.groups)))
        return [self._tend(pool, count, found) for pool, count in zip(pools, counts, strict=True)]

    def _tend(self, pool: Pool, count: _Count, found: Mapping[str, Group]) -> Outcome:
        troubles = [*count.troubles]
        troubles += [f"there is no group {name}" for name in pool.groups if name not in found]
        decision = None
        try:
            decision = scale(self._view(pool, count, found))
            if self._set(pool, decision, found):
                found = self._groups.look(pool.groups)
                decision = scale(self._view(pool, count, found))
                self._set(pool, decision, found)
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one pool, not all of them
            troubles.append(str(error) or type(error).__name__)
            if not isinstance(error, PraktikaError):
                self._log("pool.failed", pool=pool.name, exc_info=error)
        for trouble in troubles:
            self._log("pool.delayed", pool=pool.name, reason=trouble)
        return Outcome(pool=pool.name, decision=decision, troubles=tuple(troubles))

    def _view(self, pool: Pool, count: _Count, found: Mapping[str, Group]) -> View:
        here = [found[name] for name in pool.groups if name in found]
        target = needed(pool, count.waiting, count.leased)
        alive = sum(one.count("serving") + one.count("launching") for one in here)
        # Whether a group fails is of interest where it does, or where another one could do better.
        others = here[:-1] if alive < target else []
        return View(
            pool=pool,
            waiting=count.waiting,
            leased=count.leased,
            groups=tuple(self._share(one, asked=one in others or _is_short(one)) for one in here),
            now=self._clock.now(),
        )

    def _share(self, group: Group, *, asked: bool) -> Share:
        failures = self._groups.failures(group.name) if asked else None
        return Share(
            name=group.name,
            desired=group.desired,
            smallest=group.smallest,
            largest=group.largest,
            in_service=group.count("serving"),
            launching=group.count("launching"),
            failing_since=failures.since if failures else None,
            failed_at=failures.last if failures else None,
        )

    def _set(self, pool: Pool, decision: Decision, found: Mapping[str, Group]) -> bool:
        """Whether any of it was a wish that is taken back."""
        for name, desired in decision.desired.items():
            self._groups.resize(name, desired)
            self._log(
                "pool.scaled",
                pool=pool.name,
                group=name,
                before=found[name].desired,
                desired=desired,
                reason=decision.reason,
            )
        return any(found[name].desired > desired for name, desired in decision.desired.items())


class _Count:
    """Messages of all queues of a pool, as far as they can be looked at."""

    def __init__(self, queue: Queue, pool: Pool) -> None:
        self.waiting = 0
        self.leased = 0
        self.troubles: list[str] = []
        for name in pool.queues:
            try:
                backlog = queue.backlog(name)
            except PraktikaError as error:
                self.troubles.append(str(error))
                continue
            self.waiting += backlog.waiting
            self.leased += backlog.leased


def _is_short(group: Group) -> bool:
    return group.count("serving") + group.count("launching") < group.desired


def _is_meant(pool: Pool, names: Collection[str]) -> bool:
    return pool.name in names or any(queue in names for queue in pool.queues)
