"""Whether an idle machine leaves. Pure: the simulation of scaling asks the same question."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool as one of its machines sees it.

    Attributes:
        waiting: messages that nobody has, in all of its queues.
        leased: messages that machines work on.
        machines: how many its groups shall have, over all of them.
        reserve: how many idle machines it keeps.
    """

    waiting: int
    leased: int
    machines: int
    reserve: int


def is_due(*, idle: float, patience: float, can_shrink: bool) -> bool:
    """Whether a machine that has been idle for so many seconds should look at its pool."""
    return can_shrink and idle >= patience


def may_leave(pool: Pool) -> bool:
    """Whether the pool does without one of its idle machines.

    It is about machines and not about queues being empty: one long job holds nobody else
    (fault 62), and a machine that has worked is as good a reserve as any other.
    """
    needed = pool.waiting + pool.leased + pool.reserve
    return pool.machines > needed
