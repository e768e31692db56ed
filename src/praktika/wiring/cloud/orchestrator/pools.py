"""The pools of a cloud: who takes jobs, and why nobody does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from praktika.engine.pickup import cause
from praktika.errors import PraktikaError
from praktika.model.facts import Trust
from praktika.model.installation import Pool
from praktika.model.supply import Supply
from praktika.orchestrator import names
from praktika.ports.cloud.groups import Group, Groups


def machines_of(groups: Groups, pool: Pool) -> Supply:
    """How a pool is supplied with machines now."""
    try:
        found = groups.look(pool.groups)
        failed = [failure for name in found if (failure := groups.failures(name)) is not None]
    except PraktikaError as error:
        return Supply(maximum=pool.max_size, complaint=f"nobody can say why ({error})")
    return Supply(
        runners=sum(group.count("serving") for group in found.values()),
        coming=sum(_coming(group) for group in found.values()),
        maximum=pool.max_size,
        complaint=failed[-1].said if failed else "",
    )


def _coming(group: Group) -> int:
    """Machines that a group starts, or is about to."""
    return max(group.count("launching"), group.desired - group.count("serving"), 0)


class CloudPools:
    """The pools of an installation.

    Args:
        pools: as they were deployed.
        machines: how a pool is supplied with machines now; asked when somebody waits for long.
    """

    def __init__(self, pools: Sequence[Pool], machines: Callable[[Pool], Supply]) -> None:
        self._pools = {queue: pool for pool in pools for queue in pool.queues}
        self._machines = machines

    def hopeless(self, label: str, trust: Trust) -> str:
        """Why no runner will ever take a job with this label, "" if one may."""
        pool = self._pools.get(names.tasks(label, trust))
        if pool is not None and pool.max_size > 0:
            return ""
        if pool is not None:
            return f"pool '{pool.name}' may have no machine at all"
        labels = sorted({each.label for each in self._runners(trust)})
        there = f"; there are {', '.join(map(repr, labels))}" if labels else "; there is none"
        return cause(label, Supply(known=False), trust).partition(" (")[0] + there

    def supply(self, label: str, trust: Trust) -> Supply:
        """How the pool that serves a label is supplied."""
        pool = self._pools.get(names.tasks(label, trust))
        return Supply(known=False) if pool is None else self._machines(pool)

    def _runners(self, trust: Trust) -> list[Pool]:
        return [
            pool
            for pool in self._pools.values()
            if pool.role == "job_runner" and pool.trust == trust
        ]
