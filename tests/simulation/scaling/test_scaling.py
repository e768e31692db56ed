"""Every promise about the size of pools in many seeded histories, none of them dull."""

from __future__ import annotations

from collections import Counter

from tests.simulation.scaling.history import History
from tests.simulation.scaling.rules import RULES
from tests.simulation.scaling.scenario import KINDS
from tests.simulation.scaling.world import simulate


def judged(seed: int) -> History:
    history = simulate(seed)
    for rule in RULES:
        try:
            rule(history)
        except AssertionError as error:
            kind = history.scenario.kind
            raise AssertionError(f"seed {seed} ({kind}): {rule.__name__}: {error}") from error
    return history


def test_every_promise_is_kept_and_the_trouble_gets_everywhere(seeds: range) -> None:
    seen: Counter[str] = Counter()
    for seed in seeds[::2]:
        seen.update(_trouble(judged(seed)))
    often = max(1, len(seeds) // 500)
    assert {what: seen[what] for what in TROUBLE if seen[what] < often} == {}
    assert {kind for kind in KINDS if not seen[kind]} == set()


def test_fault_61_a_burst_has_its_machines_in_seconds() -> None:
    """The predecessor started one a minute: fifty minutes for fifty jobs."""
    waits = []
    for seed in range(0, 60 * len(KINDS), len(KINDS)):  # bursts
        history = judged(seed)
        for at, lengths in history.scenario.sends:
            want = min(len(lengths), history.scenario.pool.max_size)
            looks = [look.ended for look in history.looks if look.counted >= at]
            assert want <= max(look.desired for look in history.looks if look.counted >= at)
            waits.append(min(looks) - at)
    assert max(waits) < 2


def test_fault_45_whoever_sets_the_size_down_ends_no_machine_and_it_is_put_right() -> None:
    """Deploys set it to what was declared, and machines at work were ended."""
    for seed in range(KINDS.index("resets"), 40 * len(KINDS), len(KINDS)):
        history = judged(seed)
        assert {end.why for end in history.ends} <= {"left"}
        assert max(message.done for message in history.messages) < 6_000


def test_fault_62_a_job_of_five_hours_keeps_its_own_machine_only() -> None:
    for seed in range(KINDS.index("long job"), 15 * len(KINDS), len(KINDS)):
        history = judged(seed)
        pool = history.scenario.pool
        late = [one for one in history.samples if 9_000 < one.at < 15_000]
        assert {one.desired for one in late} == {
            min(pool.max_size, max(1 + pool.reserve, pool.size))
        }


def test_the_same_seed_is_the_same_history() -> None:
    for seed in range(len(KINDS)):
        assert simulate(seed) == simulate(seed)


TROUBLE = (
    *("interrupted", "interrupted at work", "bad boot", "left", "lost nudge", "drought"),
    *("work came back", "two looks disturb each other", "wrong counts"),
    *("fallback", "at the maximum", "a machine beyond what is wanted"),
)


def _trouble(history: History) -> set[str]:
    """What has gone wrong, and what was asked for."""
    plot, ends = history.scenario, history.ends
    busy = max((waiting + leased for _, waiting, leased in history.changes), default=0)
    dry = any(begin <= at < end for at in history.launches for begin, end in plot.droughts)
    found = {
        "interrupted": any(end.why == "interrupted" for end in ends),
        "interrupted at work": any(end.why == "interrupted" and end.working for end in ends),
        "bad boot": any(end.why == "bad boot" for end in ends),
        "left": any(end.why == "left" for end in ends),
        "lost nudge": any(not arrived for _, arrived in history.nudges),
        "drought": bool(plot.droughts) and bool(history.messages),
        "work came back": any(end.working for end in ends),
        "two looks disturb each other": any(not look.undisturbed for look in history.looks),
        "wrong counts": bool(history.late),
        "fallback": dry and len(plot.pool.groups) > 1,
        "at the maximum": busy > plot.pool.max_size == history.most_desired,
        "a machine beyond what is wanted": any(
            one.serving > one.desired for one in history.samples
        ),
    }
    return {what for what, happened in found.items() if happened} | {plot.kind}
