"""What must hold in every history."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise

from tests.simulation.scaling.doors import SLOW
from tests.simulation.scaling.history import History
from tests.simulation.scaling.world import TICK

from praktika.engine.scaling.scale import PATIENCE, needed

Rule = Callable[[History], None]

DECIDED = 5.0
"""Seconds from a dispatch to the decision that counts it."""

BOOT = 90.0 + 5.0
"""Seconds from a decision to the machine's first message, at most."""


def no_machine_at_work_is_ended(history: History) -> None:
    """By anybody but the cloud, which interrupts as it likes."""
    for end in history.ends:
        assert not end.working or end.why == "interrupted", end
        assert end.why != "scaled in", end


def never_above_the_maximum(history: History) -> None:
    """Neither wanted nor there.

    If two look at the same time while the first group begins to fail, one may ask this group and
    the other the next one: then each keeps its own maximum.
    """
    pool = history.scenario.pool
    most = pool.max_size * (len(pool.groups) if history.scenario.crowd else 1)
    assert history.highest <= most, f"{history.highest} machines, and {most} is the maximum"
    assert history.most_desired <= most, f"{history.most_desired} of {most} are wanted"


def every_message_is_served(history: History) -> None:
    left = [message.number for message in history.messages if message.done is None]
    assert not left, f"messages {left} are not dealt with"


def decided_within_five_seconds(history: History) -> None:
    """A look counts each message so soon after it was sent; if nudges are lost, with the tick."""
    if history.scenario.pool.scaling == "disabled":
        return
    looks = sorted(history.looks, key=lambda look: look.counted)
    counted = [look.counted for look in looks]
    for sent in dict.fromkeys(message.sent for message in history.messages):
        told = any(
            arrived and sent + history.scenario.lag <= at <= sent + DECIDED / 2
            for at, arrived in history.nudges
        )
        limit = sent + (DECIDED if told or not history.scenario.lost else TICK + DECIDED)
        limit += 2 * SLOW if history.scenario.crowd else 0.0
        after = looks[bisect_left(counted, sent) :]
        assert any(look.ended <= limit for look in after), f"nobody looked from {sent} to {limit}"


def a_look_is_enough(history: History) -> None:
    """After it as many are wanted as are needed, unless there is somebody else."""
    for look in history.looks:
        if look.undisturbed and not history.scenario.crowd and not history.scenario.resets:
            assert look.desired >= look.needed, look


def launches_are_bounded(history: History) -> None:
    """One for each message, for the reserve, and for each machine that was lost."""
    pool = history.scenario.pool
    first = max(pool.size, pool.reserve)
    bound = len(history.messages) + history.replaced + first + history.slack
    # The least size comes from the fallback, and once more when there are spot machines again.
    bound += first * len(history.scenario.droughts)
    if pool.role == "workflow_orchestrator":
        bound = sum(needed(pool, len(sent), 0) for _, sent in history.scenario.sends) + first
        bound += history.slack
    assert len(history.launches) <= bound, f"{len(history.launches)} launches for {bound}"


def nobody_leaves_early(history: History) -> None:
    """A machine that leaves was idle for as long as it is to be."""
    for end in history.ends:
        assert end.why != "left" or end.idle >= history.scenario.idle, end


def nobody_leaves_who_is_needed(history: History) -> None:
    """Nor is the reserve left, if the counts were right."""
    assert not history.wrong, f"left at {history.wrong}"


def surplus_leaves(history: History) -> None:
    """Who was idle for long is gone, whatever others do (fault 62), but for reserve and size."""
    pool = history.scenario.pool
    if pool.scaling == "disabled":
        return
    for sample in history.samples:
        assert sample.old <= max(pool.reserve, pool.size), f"{sample}: nobody needs them"


def who_is_needed_is_there(history: History) -> None:
    """Machines for what was never less, and the reserve; after a while of no trouble."""
    pool = history.scenario.pool
    for sample in history.samples:
        while_ = _while(history, sample.at)
        if while_ is None or sample.at < while_:
            continue
        least, _ = history.load(sample.at - while_, sample.at)
        enough = needed(pool, least, 0)
        if history.scenario.droughts:  # the least size of a group without machines is always wanted
            enough = min(enough, pool.max_size - max(pool.size, pool.reserve))
        # Some may be booting: those for whom they come may leave meanwhile.
        assert sample.serving >= enough, f"{sample}: {enough} are needed"


def one_task_after_another(history: History) -> None:
    """Who takes one task only is replaced at once while others wait, not with the next tick.

    Of two that go in the same second, each may take itself for the one too many, until that tick.
    """
    pool = history.scenario.pool
    if history.scenario.kind != "one task":
        return
    used = [end.at for end in history.ends if end.why == "used"]
    pairs = [later for first, later in pairwise(used) if later - first < 1.0]
    for sample in history.samples:
        least, _ = history.load(sample.at - DECIDED, sample.at)
        soon = sample.at - DECIDED > BOOT
        if soon and all(abs(sample.at - sent) > DECIDED for sent, _ in history.scenario.sends):
            short = sum(sample.at - TICK - DECIDED <= at <= sample.at for at in pairs)
            enough = min(pool.max_size, least) - short
            assert sample.desired >= enough, f"{sample}: {least} messages"


def _while(history: History, at: float) -> float | None:
    """Seconds in which machines come that are needed; None if they do not have to."""
    usual = TICK + DECIDED + BOOT
    dry = any(begin - 1 <= at <= end + 60 + usual for begin, end in history.scenario.droughts)
    if dry and len(history.scenario.pool.groups) < 2:
        return None
    if history.scenario.kind == "one task":  # whoever has worked is gone, and another one boots
        return None
    long = usual + (PATIENCE + 60 + TICK if dry else 0)
    return None if any(at - long <= trouble <= at for trouble in history.troubles) else long


RULES: tuple[Rule, ...] = (
    no_machine_at_work_is_ended,
    never_above_the_maximum,
    every_message_is_served,
    decided_within_five_seconds,
    a_look_is_enough,
    launches_are_bounded,
    nobody_leaves_early,
    nobody_leaves_who_is_needed,
    surplus_leaves,
    who_is_needed_is_there,
    one_task_after_another,
)
