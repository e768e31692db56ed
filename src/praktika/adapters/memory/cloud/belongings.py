"""What a project has in a cloud in memory."""

from __future__ import annotations

from typing import cast

from praktika.adapters.memory.cloud.world import World
from praktika.ports.cloud.belongings import Belonging, Kind
from praktika.ports.cloud.cloud import PROJECT_TAG

_BY_PATH = ("parameter", "log group")


class MemoryBelongings:
    """A `Belongings` of one project."""

    def __init__(self, world: World, project: str) -> None:
        self._world = world
        self._project = project

    def owned(self) -> list[Belonging]:
        """Everything; see the port."""
        path = f"/praktika/{self._project}/"
        return sorted(
            Belonging(kind=cast("Kind", kind), name=name)
            for (kind, name), thing in self._world.things.items()
            if thing.tags.get(PROJECT_TAG) == self._project
            or (kind in _BY_PATH and name.startswith(path))
        )

    def remove(self, belonging: Belonging) -> None:
        """Delete something; see the port."""
        self._world.deed(f"remove {belonging.kind} {belonging.name}")
        if belonging.kind != "other":
            self._world.things.pop((belonging.kind, belonging.name), None)
