"""Change sets in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from praktika.adapters.memory.cloud.simple import BUCKET
from praktika.adapters.memory.cloud.stacks import removed, tell
from praktika.adapters.memory.cloud.templates import KINDS, changes_between, filled_in, name_of
from praktika.adapters.memory.cloud.world import KeptStack, Thing, World
from praktika.errors import Conflict, OperatorError
from praktika.ports.cloud.stacks import ChangeSet, Proposal, Resource


class MemoryChanges:
    """A `Changes`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def propose(self, proposal: Proposal) -> ChangeSet:
        """What a proposal would change; see the port."""
        self._world.deed(f"propose {proposal.stack}")
        kept = self._world.stacks.get(proposal.stack)
        if kept is not None and kept.work is not None:
            raise Conflict(f"stack {proposal.stack} is being changed already")
        if proposal.is_new and kept is not None and kept.status != "REVIEW_IN_PROGRESS":
            raise OperatorError(f"stack {proposal.stack} exists already")
        template = self._template(proposal)
        missing = set(template.get("Parameters", {})) - set(proposal.parameters)
        if missing:
            raise OperatorError(f"AWS refuses the template: parameters {sorted(missing)} lack")
        if kept is None:
            kept = KeptStack(
                name=proposal.stack,
                id=f"stack/{proposal.stack}/{self._world.number()}",
                status="REVIEW_IN_PROGRESS",
                tags=dict(proposal.tags),
            )
            self._world.stacks[proposal.stack] = kept
        changes = tuple(
            replace(one, physical=kept.resources[one.logical].physical)
            if one.logical in kept.resources
            else one
            for one in changes_between(*_definitions(kept, template, proposal.parameters))
        )
        same = changes == () and kept.template.get("Outputs") == template.get("Outputs")
        id_ = f"change-{self._world.number()}"
        if not same:
            self._world.proposals[id_] = (kept.id, template, dict(proposal.parameters))
        return ChangeSet(id=id_, stack=kept.id, changes=changes, is_empty=same)

    def apply(self, changes: ChangeSet) -> None:
        """Begin to carry out a proposal; see the port."""
        self._world.deed(f"apply to {changes.stack.split('/')[1]}")
        if changes.id not in self._world.proposals:
            raise Conflict(f"stack {changes.stack} was changed by somebody else meanwhile")
        stack, template, parameters = self._world.proposals[changes.id]
        for id_ in [it for it, (of, *_) in self._world.proposals.items() if of == stack]:
            del self._world.proposals[id_]
        kept = next(one for one in self._world.stacks.values() if one.id == stack)
        is_new = kept.status == "REVIEW_IN_PROGRESS"
        tell(self._world, kept, "CREATE_IN_PROGRESS" if is_new else "UPDATE_IN_PROGRESS")
        kept.work = _changing(self._world, kept, template, parameters)

    def discard(self, changes: ChangeSet) -> None:
        """Forget a proposal; see the port."""
        self._world.proposals.pop(changes.id, None)
        for name, kept in list(self._world.stacks.items()):
            if kept.id == changes.stack and kept.status == "REVIEW_IN_PROGRESS":
                del self._world.stacks[name]

    def _template(self, proposal: Proposal) -> dict[str, Any]:
        text = proposal.template
        if proposal.stored is not None:
            bucket, key = proposal.stored
            text = self._world.things[BUCKET, bucket].objects[key].decode()
        template: dict[str, Any] = json.loads(text)
        return template


def _definitions(
    kept: KeptStack, template: dict[str, Any], parameters: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The resources before and after, with the values of parameters."""
    return (
        filled_in(kept.template.get("Resources", {}), kept.parameters),
        filled_in(template.get("Resources", {}), parameters),
    )


def _changing(
    world: World, kept: KeptStack, template: dict[str, Any], parameters: dict[str, str]
) -> Iterator[None]:
    is_new = kept.status == "CREATE_IN_PROGRESS"
    old, new = _definitions(kept, template, parameters)
    before = (dict(kept.resources), dict(world.things))
    for change in changes_between(old, new):
        yield
        resource = kept.resources.get(change.logical)
        if change.deed == "remove" and resource is not None:
            policy = old[change.logical].get("DeletionPolicy", "Delete")
            removed(world, kept, resource, is_kept=policy != "Delete")
            continue
        deed = "CREATE" if resource is None or change.replacement == "yes" else "UPDATE"
        made = resource if deed == "UPDATE" else None
        if made is None:
            physical = name_of(new[change.logical]) or f"{change.logical}-{world.number()}"
            made = Resource(logical=change.logical, kind=change.kind, physical=physical)
        tell(world, kept, f"{deed}_IN_PROGRESS", made)
        reason = world.broken.get(change.logical, "")
        if reason:
            tell(world, kept, f"{deed}_FAILED", made, reason)
            tell(world, kept, "ROLLBACK_IN_PROGRESS" if is_new else "UPDATE_ROLLBACK_IN_PROGRESS")
            yield
            kept.resources, things = {} if is_new else before[0], before[1]
            world.things.clear()
            world.things.update(things)
            tell(world, kept, "ROLLBACK_COMPLETE" if is_new else "UPDATE_ROLLBACK_COMPLETE")
            return
        kept.resources[change.logical] = made
        if change.kind in KINDS:
            world.things.setdefault(
                (KINDS[change.kind], made.physical), Thing(tags=dict(kept.tags))
            )
        tell(world, kept, f"{deed}_COMPLETE", made)
    kept.template, kept.parameters = template, parameters
    known = {**parameters, **{name: one.physical for name, one in kept.resources.items()}}
    kept.outputs = {
        name: str(filled_in(one["Value"], known))
        for name, one in template.get("Outputs", {}).items()
    }
    tell(world, kept, "CREATE_COMPLETE" if is_new else "UPDATE_COMPLETE")
