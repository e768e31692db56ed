"""When cron lines are due, in UTC. Pure.

A line has five fields, see `pipeline.check.triggers.cron`. If both the day of the month and the day
of the week say something, either will do, as POSIX has it; a field that begins with a `*` says
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from heapq import merge
from itertools import groupby
from math import inf
from typing import NamedTuple

from cronsim import CronSim, CronSimError

MOST_MISSED = 1000
"""As many missed times are counted."""

_FIRST_LEAP_DAYS = datetime(2000, 1, 1, tzinfo=UTC)


class Due(NamedTuple):
    """A schedule is due.

    Attributes:
        at: the latest time that it was due for, in seconds since the epoch.
        missed: how many earlier times have passed unheard, counted to `MOST_MISSED`.
    """

    at: float
    missed: int


def due(schedules: Iterable[str], since: float, now: float) -> Due | None:
    """The latest time after `since`, and not after `now`; None if there is none."""
    times = merge(*(_times(line, int(now // 1) + 1, back=True) for line in schedules), reverse=True)
    found: list[float] = []
    for at, _ in groupby(times):
        if at <= since or len(found) > MOST_MISSED:
            break
        found.append(at)
    return Due(found[0], len(found) - 1) if found else None


def next_time(schedules: Iterable[str], after: float) -> float:
    """The first time after `after`; infinity if there is none."""
    return min((next(_times(line, after), inf) for line in schedules), default=inf)


@lru_cache(maxsize=1024)
def comes(schedule: str) -> bool:
    """Whether a sound line is ever due: 30 February never is."""
    try:
        return next(CronSim(_plain(schedule), _FIRST_LEAP_DAYS), None) is not None
    except CronSimError:
        return False


def _plain(line: str) -> str:
    """The line without ranges of one number: `5-5/2` is read as `5/2` there, which is more."""
    return re.sub(r"(?<!\d)(\d+)-\1(/\d+)?(?![\d/])", r"\1", line)


def _times(line: str, start: float, *, back: bool = False) -> Iterator[float]:
    """The times of one line after or before `start`, one after another."""
    if not comes(line):
        return
    for each in CronSim(_plain(line), datetime.fromtimestamp(start // 1, UTC), reverse=back):
        yield each.timestamp()
