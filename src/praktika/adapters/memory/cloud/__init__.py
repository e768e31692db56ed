"""A cloud in memory: stacks of templates, and what they consist of."""

from __future__ import annotations

from praktika.adapters.memory.cloud.belongings import MemoryBelongings
from praktika.adapters.memory.cloud.changes import MemoryChanges
from praktika.adapters.memory.cloud.simple import (
    MemoryAccount,
    MemoryImages,
    MemoryMachines,
    MemoryObjects,
    MemoryParameters,
    MemoryVault,
)
from praktika.adapters.memory.cloud.stacks import MemoryStacks
from praktika.adapters.memory.cloud.world import World
from praktika.adapters.memory.secrets import MemorySecrets
from praktika.ports.cloud.cloud import Cloud

__all__ = ["World", "open_cloud"]


def open_cloud(world: World, project: str) -> Cloud:
    """What a project sees of a world, which it may share with others."""
    return Cloud(
        account=MemoryAccount(world),
        stacks=MemoryStacks(world),
        changes=MemoryChanges(world),
        parameters=MemoryParameters(world, project),
        objects=MemoryObjects(world),
        belongings=MemoryBelongings(world, project),
        images=MemoryImages(world),
        machines=MemoryMachines(world),
        secrets=MemorySecrets(world.secrets),
        vault=MemoryVault(world),
    )
