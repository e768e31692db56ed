"""Stacks in memory. What is to be done with one is done while somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.adapters.memory.cloud.templates import KINDS
from praktika.adapters.memory.cloud.world import KeptStack, World
from praktika.errors import Absent
from praktika.ports.cloud.stacks import Contents, Resource, Stack, StackEvent

STACK = "AWS::CloudFormation::Stack"


class MemoryStacks:
    """A `Stacks`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def find(self, name: str) -> Stack | None:
        """The stack of that name; see the port."""
        kept = self._world.stacks.get(name)
        if kept is not None:
            self._world.go_on(kept)
        kept = self._world.stacks.get(name)
        if kept is None:
            return None
        return Stack(
            name=name,
            id=kept.id,
            status=kept.status,
            tags=dict(kept.tags),
            outputs=dict(kept.outputs),
        )

    def contents(self, name: str) -> Contents:
        """What a stack consists of; see the port."""
        kept = self._world.stacks.get(name)
        if kept is None:
            raise Absent(f"there is no stack {name}")
        return Contents(template=kept.template, resources=tuple(kept.resources.values()))

    def events(self, stack: str, after: str = "") -> list[StackEvent]:
        """What happened to a stack; see the port."""
        kept = next((one for one in self._world.stacks.values() if one.id == stack), None)
        if kept is None:
            kept = self._world.gone[stack]
        self._world.go_on(kept)
        ids = [event.id for event in kept.events]
        return kept.events[ids.index(after) + 1 if after in ids else 0 :]

    def delete(self, name: str) -> None:
        """Begin to delete a stack; see the port."""
        self._world.deed(f"delete stack {name}")
        kept = self._world.stacks.get(name)
        if kept is not None and kept.status != "DELETE_IN_PROGRESS":
            tell(self._world, kept, "DELETE_IN_PROGRESS")
            kept.work = _deleting(self._world, kept)


def tell(
    world: World, kept: KeptStack, status: str, resource: Resource | None = None, reason: str = ""
) -> None:
    """Note that something became of a resource; of the stack itself, if it is None."""
    if resource is None:
        kept.status = status
        resource = Resource(logical=kept.name, kind=STACK, physical=kept.id)
    kept.events.append(
        StackEvent(
            id=f"event-{world.number()}",
            logical=resource.logical,
            kind=resource.kind,
            status=status,
            reason=reason,
            physical=resource.physical,
        )
    )


def removed(world: World, kept: KeptStack, resource: Resource, *, is_kept: bool) -> None:
    """Take a resource out of its stack, and out of the world, unless it is to be kept."""
    del kept.resources[resource.logical]
    tell(world, kept, "DELETE_SKIPPED" if is_kept else "DELETE_COMPLETE", resource)
    if not is_kept:
        world.things.pop((KINDS.get(resource.kind, ""), resource.physical), None)


def _deleting(world: World, kept: KeptStack) -> Iterator[None]:
    definitions = kept.template.get("Resources", {})
    for resource in reversed(list(kept.resources.values())):
        yield
        policy = definitions.get(resource.logical, {}).get("DeletionPolicy", "Delete")
        place = (KINDS.get(resource.kind, ""), resource.physical)
        thing = world.things.get(place)
        why = "the bucket is not empty" if thing is not None and thing.objects else ""
        if resource.physical in {one.group for one in world.machines} - world.unprotected:
            why = "its machines are protected"
        if policy == "Delete" and why:
            tell(world, kept, "DELETE_FAILED", resource, why)
            tell(world, kept, "DELETE_FAILED", reason=f"failed to delete {resource.logical}")
            return
        removed(world, kept, resource, is_kept=policy != "Delete")
    tell(world, kept, "DELETE_COMPLETE")
    world.gone[kept.id] = world.stacks.pop(kept.name)
