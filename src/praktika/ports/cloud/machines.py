"""Machines: what runs in the groups of a project's pools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

LEAVE = "praktika_leave"
"""The tag of a machine that shall leave as soon as it has nothing to do, and be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A machine of a group that is not on its way out."""

    id: str
    group: str


class Machines(Protocol):
    """Machines by their groups. Nothing here ends one, nor says how many there are to be."""

    def running(self, groups: Sequence[str]) -> list[Machine]:
        """The machines of these groups; groups that are not there have none."""

    def leased(self, queues: Sequence[str]) -> int:
        """About how many messages of these queues, by their names in the cloud, are worked on."""

    def ask_to_leave(self, machines: Sequence[Machine]) -> None:
        """Mark machines (see `LEAVE`); those that are gone are fine."""

    def unprotect(self, groups: Sequence[str]) -> None:
        """Let machines end with their groups, also those that are started later.

        Else nothing but they themselves can end them, and no group can be deleted.
        """

    def keep_unbalanced(self, groups: Sequence[str]) -> None:
        """Let the cloud never end or start a machine to have as many in each zone; for good.

        Raises:
            Absent: there is no such group.
        """
