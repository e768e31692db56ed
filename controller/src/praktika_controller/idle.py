"""Whether an idle machine may leave. Pure, and of the standard library only.

Nobody ends a machine from outside. One that has nothing to do asks, between two messages:

    1. `rested`: has it been idle for long enough? Each machine has a patience of its own, so that
       they do not all ask at once.
    2. It creates the blob `ticket`, which only one machine a second and pool can. Who was not
       first goes on waiting for messages.
    3. At the time of `turn`, and not before, it looks at the queue and at all groups of its pool.
       So it sees what those left behind that had a ticket before, who have a second to leave.
    4. `may_leave`: if so, it receives nothing any more and ends itself in its group, with or
       without the group wanting one less.

What others do does not matter: a job of five hours keeps one machine, not all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

SPREAD = 0.25
"""What part of `idle_seconds` the most patient machine waits longer than the least patient one."""

PER_ORCHESTRATOR = 500
"""Messages that one orchestrator is enough for; the same as in `praktika.engine.scaling`."""

ORCHESTRATOR = "workflow_orchestrator"


@dataclass(frozen=True)
class View:
    """What a machine knows of its pool, in which it counts itself.

    Attributes:
        role: the tag `praktika_role`.
        scaling: the tag `praktika_scaling`; only pools of "auto" shrink.
        idle_seconds: the tag `praktika_idle_seconds`.
        reserve: the tag `praktika_capacity_reserve`: machines that wait idle, beyond the busy ones.
        waiting, leased: messages of all queues of the pool.
        serving: machines in service, over all groups of the pool.
        least: the smallest sizes of all groups of the pool, summed up.
        desired, smallest: of the machine's own group.
        machines: of its own group, in service or launching.
    """

    role: str
    scaling: str
    idle_seconds: float
    reserve: int
    waiting: int
    leased: int
    serving: int
    least: int
    desired: int
    smallest: int
    machines: int


@dataclass(frozen=True)
class Verdict:
    """What to do.

    Attributes:
        leaves: whether the machine may end itself.
        shrinks: whether its group is to want one machine less.
        reason: for the log.
    """

    leaves: bool
    shrinks: bool
    reason: str


def rested(machine: str, idle: float, idle_seconds: float) -> bool:
    """Whether a machine that has been idle for `idle` seconds may ask for a ticket.

    Args:
        machine: its id.
        idle: seconds since its last message, or since it began to wait for the first one.
        idle_seconds: the tag `praktika_idle_seconds`.
    """
    number = int.from_bytes(hashlib.sha256(machine.encode()).digest()[:4], "big")
    return idle >= max(0.0, idle_seconds) * (1 + SPREAD * number / 2**32)


def ticket(pool: str, now: float) -> str:
    """The key of the blob that lets a machine of a pool leave in this second."""
    return f"leaving/{pool}/{int(now)}"


def turn(now: float) -> float:
    """When who created the ticket of `now` looks, to leave within a second: at the next second."""
    return int(now) + 1.0


def may_leave(machine: str, idle: float, view: View) -> Verdict:
    """Whether a machine that has the ticket may leave; numbers that cannot be keep it."""
    busy = _busy(view)
    left = view.serving - 1
    if view.scaling != "auto":
        return _stay("the pool keeps its size")
    if not rested(machine, idle, view.idle_seconds):
        return _stay(f"idle for {idle:.0f} s only")
    if view.waiting != 0:
        return _stay(f"{view.waiting} messages wait")
    if left < busy + max(0, view.reserve):
        return _stay(f"{busy} machines are busy, and the reserve is {view.reserve}")
    if left < view.least:
        return _stay(f"the pool is never smaller than {view.least}")
    # A group may have more than it wants, if its size was set twice at a time. Then it is not
    # replaced anyhow, and to want less could be refused.
    shrinks = view.desired >= view.machines
    if shrinks and view.desired <= view.smallest:
        return _stay(f"its group is never smaller than {view.smallest}")
    return Verdict(leaves=True, shrinks=shrinks, reason=f"idle for {idle:.0f} s")


def is_spare(view: View) -> bool:
    """Whether the group may want one less when a machine goes that takes no second task.

    If messages wait, another one comes in its place, at once.
    """
    others = max(view.desired, view.serving) - 1
    return view.scaling == "auto" and others >= view.waiting + _busy(view) + max(0, view.reserve)


def _busy(view: View) -> int:
    """Machines that have something to do."""
    leased = max(0, view.leased)
    if view.role == ORCHESTRATOR:
        return 1 + leased // PER_ORCHESTRATOR if leased else 0
    return leased


def _stay(reason: str) -> Verdict:
    return Verdict(leaves=False, shrinks=False, reason=reason)
