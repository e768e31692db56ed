"""What a seed stands for: a pool, its work, and its weather."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from praktika.model.installation import Pool

KINDS = (
    *("burst", "steady", "idle", "long job", "reserve", "drought", "fallback", "interruptions"),
    *("crowd", "lost nudges", "late counts", "bad boots", "resets", "one task"),
    *("orchestrators", "fixed", "storm"),
)

HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A story before it happens.

    Attributes:
        kind: one of `KINDS`.
        pool: its groups are "spot" and, if there is a fallback, "demand".
        idle: the tag `praktika_idle_seconds`.
        sends: when which messages are sent: seconds, and how long each takes.
        bad_boots: how many launches come to nothing, of 1.
        interruptions: of a spot machine, in an hour.
        droughts: from when to when there are no spot machines.
        lag: seconds that counts of the queue are late at most.
        lost, doubled: how many nudges are so, of 1.
        crowd: how many looks have a twin that begins a moment later, of 1; some are slow, too.
        resets: when somebody sets all groups to their least sizes, as deploys once did (fault 45).
    """

    kind: str
    pool: Pool
    idle: float
    sends: Sequence[tuple[float, tuple[float, ...]]]
    bad_boots: float = 0.0
    interruptions: float = 0.0
    droughts: Sequence[tuple[float, float]] = ()
    lag: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    crowd: float = 0.0
    resets: Sequence[float] = ()


def scenario(seed: int) -> Scenario:
    """The story of a seed; of every dozen or so, each kind once."""
    kind = KINDS[seed % len(KINDS)]
    chance = random.Random(seed)
    stormy = kind == "storm"
    fallback = kind == "fallback" or (stormy and chance.random() < 0.5)
    pool = _pool(kind, chance, fallback=fallback)
    dry = kind in ("drought", "fallback") or stormy
    return Scenario(
        kind=kind,
        pool=pool,
        idle=chance.choice((60.0, 120.0, 300.0)) if kind != "crowd" else 60.0,
        sends=_sends(kind, chance, pool),
        bad_boots=0.15 if kind == "bad boots" or stormy else 0.0,
        interruptions=6.0 if kind == "interruptions" or stormy else 0.0,
        droughts=_droughts(chance) if dry else (),
        lag=1.2 if kind == "late counts" or stormy else 0.0,
        lost=0.4 if kind == "lost nudges" or stormy else 0.0,
        doubled=0.5 if kind in ("lost nudges", "crowd") or stormy else 0.0,
        crowd=0.7 if kind == "crowd" or stormy else 0.0,
        resets=[chance.uniform(0, 1800) for _ in range(3)] if kind == "resets" or stormy else (),
    )


def _pool(kind: str, chance: random.Random, *, fallback: bool) -> Pool:
    orchestrators = kind == "orchestrators"
    most = chance.choice((2, 8, 20)) if kind != "reserve" else 20
    return Pool(
        name="pool",
        role="workflow_orchestrator" if orchestrators else "job_runner",
        queues=("work",),
        groups=("spot", "demand") if fallback else ("spot",),
        max_size=4 if orchestrators else most,
        scaling="disabled" if kind == "fixed" else "auto",
        size=chance.choice((0, 0, 0, 1)) if kind != "fixed" else chance.randint(1, most),
        reserve=chance.randint(1, 6) if kind == "reserve" else chance.choice((0, 0, 1)),
    )


def _sends(
    kind: str, chance: random.Random, pool: Pool
) -> Sequence[tuple[float, tuple[float, ...]]]:
    """Bursts, a steady stream, or next to nothing."""
    if kind == "orchestrators":
        sizes = [chance.choice((1, 5, 40, 700)) for _ in range(4)]
        return [(chance.uniform(0, 1200), (0.05,) * size) for size in sizes]
    length = lambda: chance.choice((5.0, 30.0, 120.0, 300.0)) * chance.uniform(0.5, 1.5)  # noqa: E731
    if kind == "idle":
        return [(chance.uniform(0, 300), (length(),))] if chance.random() < 0.5 else []
    if kind == "steady":
        return [(60.0 + 25.0 * number, (length(),)) for number in range(24)]
    if kind == "late counts":
        return [(60.0 + 6.0 * number, (chance.uniform(2, 20),)) for number in range(40)]
    if kind == "crowd":  # those who look at the same time see different things
        times = [60.0 + 240.0 * number for number in range(10)]
        return [(at + more, (5.0,)) for at in times for more in (0.0, chance.uniform(0.05, 1.4))]
    burst = lambda: chance.randint(1, 2 * pool.max_size)  # noqa: E731
    sends = [
        (chance.uniform(0, 1500), tuple(length() for _ in range(burst())))
        for _ in range(chance.randint(1, 3))
    ]
    if kind == "long job":
        sends.append((chance.uniform(0, 600), (5 * HOUR,)))
    return sends


def _droughts(chance: random.Random) -> Sequence[tuple[float, float]]:
    begins = chance.uniform(0, 900)
    return [(begins, begins + chance.uniform(300, 1800))]
