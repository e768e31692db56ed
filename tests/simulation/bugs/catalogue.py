"""All deliberate bugs."""

from __future__ import annotations

from tests.simulation.bugs import approval, cost, groups, one_round, reruns, retries, reuse, time
from tests.simulation.bugs.broken import Bug

BUGS: tuple[Bug, ...] = (
    *one_round.BUGS,
    *retries.BUGS,
    *reruns.BUGS,
    *time.BUGS,
    *groups.BUGS,
    *approval.BUGS,
    *reuse.BUGS,
    *cost.BUGS,
)
