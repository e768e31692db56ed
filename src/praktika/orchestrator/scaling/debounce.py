"""When to tell of something that happens again and again: at once, and never too often. Pure."""

from __future__ import annotations

PERIOD = 1.5
"""Seconds between two tellings of the same. SQS may count a message a moment late, so whoever was
told looks again after that."""


class Debounce:
    """Keeps names that are to be told.

    After `ask`, a name is due at once, or a period after it was told last; and once more a period
    later, so that what came too late for the first telling is seen by the second.

    Args:
        period: see `PERIOD`.
    """

    def __init__(self, period: float = PERIOD) -> None:
        self._period = period
        self._due: dict[str, float] = {}
        self._again: set[str] = set()
        self._told: dict[str, float] = {}

    def ask(self, name: str, now: float) -> None:
        """Let a name be told."""
        told = self._told.get(name)
        soonest = now if told is None else max(now, told + self._period)
        self._due[name] = min(self._due.get(name, soonest), soonest)
        self._again.add(name)

    def next(self) -> float | None:
        """When to call `take` again, if nobody asks before that."""
        return min(self._due.values(), default=None)

    def take(self, now: float) -> list[str]:
        """The names that are due, which counts as telling them."""
        due = sorted(name for name, at in self._due.items() if at <= now)
        for name in due:
            del self._due[name]
            self._told[name] = now
            if name in self._again:
                self._again.discard(name)
                self._due[name] = now + self._period
        for name in [name for name, at in self._told.items() if at <= now - self._period]:
            if name not in self._due:
                del self._told[name]
        return due
