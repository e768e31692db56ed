"""Groups: machines that a cloud starts by itself, as many as it is told to have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Phase = Literal["launching", "serving", "leaving"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine of a group.

    Attributes:
        id: the cloud's name of it.
        phase: what the cloud knows of it; one that serves may still be booting.
        protected: whether the cloud may not end it when the group has too many.
    """

    id: str
    phase: Phase
    protected: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of machines.

    Attributes:
        name: the cloud's.
        desired: how many machines it is to have.
        smallest, largest: its bounds.
        machines: those that it has.
    """

    name: str
    desired: int
    smallest: int
    largest: int
    machines: tuple[Machine, ...] = ()

    def count(self, phase: Phase) -> int:
        """How many of its machines are in that phase."""
        return sum(machine.phase == phase for machine in self.machines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Launches that failed one after another, the last one included.

    Attributes:
        since, last: when the first and the last of them failed, in seconds since the epoch.
        said: what the cloud said of the last one.
    """

    since: float
    last: float
    said: str = ""


class Groups(Protocol):
    """The groups of an account. Who sets a size last is heard; a look may be a moment old."""

    def look(self, names: Sequence[str]) -> dict[str, Group]:
        """Those groups of these names that are there; asks in as few requests as it can."""

    def failures(self, name: str) -> Failures | None:
        """What goes wrong with the launches of a group, None if the last one that ended was well.

        Raises:
            Absent: there is no such group.
        """

    def resize(self, name: str, desired: int) -> None:
        """Let a group have so many machines. Returns at once; they come in a minute or so.

        Raises:
            Absent: there is no such group.
            OperatorError: the size is not within its bounds; some clouds take it all the same.
            Unavailable: not now.
        """
