"""Groups of machines that do nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from praktika.errors import Absent, OperatorError
from praktika.ports.cloud.groups import Failures, Group, Machine


class MemoryGroups:
    """`Groups` whose machines are there as soon as they are wanted, unless told otherwise.

    Attributes:
        trouble: by name of a group, what goes wrong with its launches; no machines come meanwhile.
    """

    def __init__(self) -> None:
        self.trouble: dict[str, Failures] = {}
        self._groups: dict[str, Group] = {}
        self._numbers = itertools.count(1)

    def make(self, name: str, *, smallest: int = 0, largest: int = 100) -> None:
        """Make a group."""
        self._groups[name] = Group(name=name, desired=0, smallest=smallest, largest=largest)
        self.resize(name, smallest)

    def look(self, names: Sequence[str]) -> dict[str, Group]:
        """Those that are there; see the port."""
        return {name: self._groups[name] for name in names if name in self._groups}

    def failures(self, name: str) -> Failures | None:
        """What goes wrong with launches; see the port."""
        self._group(name)
        return self.trouble.get(name)

    def resize(self, name: str, desired: int) -> None:
        """Let a group have so many machines; see the port."""
        group = self._group(name)
        if not group.smallest <= desired <= group.largest:
            raise OperatorError(
                f"{desired} is not between {group.smallest} and {group.largest}, the bounds of the "
                f"group {name}"
            )
        missing = 0 if name in self.trouble else desired - len(group.machines)
        new = tuple(
            Machine(id=f"i-{next(self._numbers):017x}", phase="serving") for _ in range(missing)
        )
        self._groups[name] = replace(group, desired=desired, machines=group.machines + new)

    def _group(self, name: str) -> Group:
        if name not in self._groups:
            raise Absent(f"there is no group {name}")
        return self._groups[name]
