"""The decision: machines for every message that waits or is worked on, and the reserve, at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from praktika.engine.scaling.view import Decision, Group, View
from praktika.model.installation import Pool

PATIENCE = 180.0
"""Seconds for which launches of a group fail before another group is asked."""

DROUGHT = 900.0
"""Seconds after a failure for which a group that had no machines is not asked again."""

PER_ORCHESTRATOR = 500
"""Messages for which one more orchestrator is started; each takes a hundred at a time."""


def needed(pool: Pool, waiting: int, leased: int) -> int:
    """How many machines a pool should have for so many messages."""
    most = max(0, pool.max_size)
    size = max(0, pool.size)
    if pool.scaling == "disabled":
        return min(size, most)
    messages = max(0, waiting) + max(0, leased)
    return min(max(machines(pool, messages) + max(0, pool.reserve), size), most)


def machines(pool: Pool, messages: int) -> int:
    """How many machines work on so many messages: a runner on one, an orchestrator on many."""
    if pool.role == "workflow_orchestrator":
        return 1 + messages // PER_ORCHESTRATOR if messages else 0
    return messages


def scale(view: View) -> Decision:
    """What to set in which groups, and why.

    It is either wishes that are taken back, or machines that are asked for, never both: a group may
    have got some a moment ago, so look at it again between the two.
    """
    target = needed(view.pool, view.waiting, view.leased)
    shares = [_Share(one, failing=_is_failing(one, view.now)) for one in view.groups]
    for share in shares[:-1]:  # there is nobody to ask instead of the last one
        share.dry = share.failing
    missing = target - sum(share.counted for share in shares)
    if not _take_back(shares, missing, target) and missing > 0:
        _ask_for(shares, missing, max(0, view.pool.max_size))
    changed = {one.group.name: one.desired for one in shares if one.desired != one.group.desired}
    return Decision(desired=changed, reason=_words(view, target, shares))


@dataclass(slots=True)
class _Share:
    """A group in the making of a decision; a dry one counts with what it has."""

    group: Group
    failing: bool
    dry: bool = False
    desired: int = 0

    def __post_init__(self) -> None:
        self.desired = self.group.desired

    @property
    def had(self) -> int:
        return max(0, self.group.in_service) + max(0, self.group.launching)

    @property
    def most(self) -> int:
        """Machines that may be there soon; more than desired, if somebody has set that down."""
        return max(self.desired, self.had)

    @property
    def counted(self) -> int:
        return self.had if self.dry else self.most


def _take_back(shares: Sequence[_Share], missing: int, target: int) -> bool:
    """Wish no more for what failing groups do not get and is not needed of them; whether so.

    Others can be asked for it, or the work is done. Else there would be too many machines as soon
    as there are some again.
    """
    others = sum(max(0, one.group.largest - one.most) for one in shares if not one.dry)
    asked = max(0, min(missing, others))
    before = surplus = sum(one.most for one in shares) + asked - target
    for share in [one for one in shares if one.failing]:
        least = max(share.had, share.group.smallest)
        taken = max(0, min(surplus, share.desired - least))
        share.desired -= taken
        surplus -= taken
    return surplus < before


def _ask_for(shares: Sequence[_Share], missing: int, most: int) -> None:
    """Share out what is missing, as far as groups and the pool may have it."""
    room = most - sum(share.most for share in shares)
    for share in [one for one in shares if not one.dry]:
        more = min(missing, room, share.group.largest - share.most)
        if more > 0:
            share.desired = share.most + more
            missing, room = missing - more, room - more


def _is_failing(group: Group, now: float) -> bool:
    """Whether the cloud has had no machine for this group for a while, and it is not time yet."""
    if group.failing_since is None or group.failed_at is None:
        return False
    return now - group.failing_since >= PATIENCE and now - group.failed_at < DROUGHT


def _words(view: View, target: int, shares: Sequence[_Share]) -> str:
    pool = view.pool
    if pool.scaling == "disabled":
        text = f"{target} needed, as the pool keeps its size"
    else:
        text = (
            f"{target} needed for {view.waiting} waiting and {view.leased} leased messages and "
            f"a reserve of {pool.reserve}, between {pool.size} and {pool.max_size}"
        )
    if not shares:
        return f"{text}; none of its groups is there"
    failing = [one.group.name for one in shares if one.failing]
    return f"{text}; {', '.join(failing)} gets no machines" if failing else text
