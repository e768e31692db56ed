"""What happened, as the rules look at it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from tests.simulation.scaling.scenario import Scenario


@dataclass(slots=True)
class Message:
    """A message of the pool's queue; times are None until they come."""

    number: int
    sent: float
    seconds: float
    done: float | None = None


@dataclass(frozen=True, slots=True)
class End:
    """A machine that is gone, and how: "left", "used", "scaled in", "interrupted", "bad boot"."""

    at: float
    machine: str
    why: str
    working: bool
    idle: float


@dataclass(frozen=True, slots=True)
class Look:
    """A look at the pool: when it counted messages (those of that time), and what came of it."""

    counted: float
    ended: float
    needed: int
    desired: int
    undisturbed: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """How things were: machines that are in service, that take messages, that are idle for very long."""

    at: float
    serving: int
    ready: int
    old: int
    desired: int


@dataclass(slots=True)
class History:
    """A story after it happened.

    Attributes:
        changes: each time the queue changed: when, messages that waited, that were leased.
        launches: when a machine was started.
        ends: see `End`.
        replaced: machines that failed or were interrupted.
        slack: launches that follow from two who looked at the same time, or at late counts.
        late: how often messages were counted as they were no more.
        wrong: times at which a machine left that its pool could not do without by true counts.
        nudges: when, and whether it arrived.
        troubles: times of what keeps machines away.
    """

    scenario: Scenario
    messages: list[Message] = field(default_factory=list)
    changes: list[tuple[float, int, int]] = field(default_factory=lambda: [(0.0, 0, 0)])
    launches: list[float] = field(default_factory=list)
    ends: list[End] = field(default_factory=list)
    replaced: int = 0
    slack: int = 0
    late: int = 0
    wrong: list[float] = field(default_factory=list)
    nudges: list[tuple[float, bool]] = field(default_factory=list)
    troubles: list[float] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    highest: int = 0
    most_desired: int = 0
    ended: float = 0.0

    def load(self, begin: float, end: float) -> tuple[int, int]:
        """The least and the greatest number of messages between two times."""
        first = max(0, bisect_right(self.changes, (begin, 1 << 30, 0)) - 1)
        last = bisect_right(self.changes, (end, 1 << 30, 0))
        loads = [waiting + leased for _, waiting, leased in self.changes[first:last]]
        return min(loads), max(loads)
