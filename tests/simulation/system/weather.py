"""What goes wrong, and how often. Each seed has weather of its own: some faults often, some never."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Weather:
    """Odds, each for one call of a port.

    Attributes:
        until: seconds after which nothing goes wrong any more.
        crash: the process ends, before or after the call took effect.
        pause: the process stands still for a while, perhaps longer than its leases.
        fail: the store does not answer, and has done nothing.
        lose: the store does not answer, and has done it.
        slow: the call takes some seconds.
        twice: what is sent to a plain queue is sent twice.
        late: what is sent to a plain queue can be received later only, so out of order.
        twin: a message of a plain queue is given to somebody although it is leased.
        outages: stores that do not answer at all, each from and until when.
        skew: seconds by which clocks of processes differ at most.
    """

    until: float
    crash: float
    pause: float
    fail: float
    lose: float
    slow: float
    twice: float
    late: float
    twin: float
    outages: tuple[tuple[str, float, float], ...]
    skew: float

    @staticmethod
    def of(chance: random.Random) -> Weather:
        def some(*odds: float) -> float:
            return chance.choice(odds) if chance.random() < 0.6 else 0.0

        until = chance.choice((0.0, 30.0, 90.0, 200.0, 400.0))
        outages = []
        while chance.random() < 0.25:
            start = chance.uniform(0.0, until)
            store = chance.choice(("journal", "queue", "blobs"))
            outages.append((store, start, start + chance.choice((5.0, 35.0, 80.0))))
        return Weather(
            until=until,
            crash=some(0.002, 0.006, 0.02),
            pause=some(0.003, 0.01, 0.03),
            fail=some(0.01, 0.05, 0.2),
            lose=some(0.01, 0.05, 0.15),
            slow=some(0.02, 0.1, 0.3),
            twice=some(0.05, 0.3),
            late=some(0.05, 0.3),
            twin=some(0.1, 0.5) if chance.random() < 0.3 else 0.0,
            outages=tuple(outages),
            skew=some(1.0, 100.0, 4000.0),
        )
