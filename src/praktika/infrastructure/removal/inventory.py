"""What there is to destroy, and what is at work, before anybody says yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from praktika.infrastructure.deploying.stacks.building import GROUP, own_stack
from praktika.infrastructure.template.names import Names
from praktika.ports.cloud.belongings import Belonging
from praktika.ports.cloud.cloud import Cloud
from praktika.ports.cloud.machines import Machine
from praktika.ports.cloud.stacks import Resource

QUEUE = "AWS::SQS::Queue"
BUCKET = "AWS::S3::Bucket"
LOGS = "AWS::Logs::LogGroup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What a project has.

    Attributes:
        stacks: names of those that are there, in the order in which they go.
        resources: of these stacks.
        machines: that run in their groups.
        leased: messages of their queues that are worked on.
        belongings: all that is beside the stacks; with `everything` only.
    """

    stacks: tuple[str, ...]
    resources: tuple[Resource, ...] = ()
    machines: tuple[Machine, ...] = ()
    leased: int = 0
    belongings: tuple[Belonging, ...] = ()

    def physical(self, kind: str) -> list[str]:
        """The names in the cloud of the resources of a type."""
        return [one.physical for one in self.resources if one.kind == kind and one.physical]


def take(cloud: Cloud, names: Names, *, everything: bool) -> Inventory:
    """What there is of a project: of its runtime stack alone, or everything.

    Raises:
        OperatorError: a stack of that name is not the project's.
    """
    wanted = [names.runtime, names.stateful] if everything else [names.runtime]
    stacks = [stack for name in wanted if (stack := own_stack(cloud, name, names.slug))]
    full = [stack.name for stack in stacks if not stack.is_proposal]
    resources = [one for name in full for one in cloud.stacks.contents(name).resources]
    groups = [one.physical for one in resources if one.kind == GROUP and one.physical]
    queues = [one.physical for one in resources if one.kind == QUEUE]
    return Inventory(
        stacks=tuple(stack.name for stack in stacks),
        resources=tuple(resources),
        machines=tuple(cloud.machines.running(groups)) if groups else (),
        leased=cloud.machines.leased(_names(queues)),
        belongings=tuple(cloud.belongings.owned()) if everything else (),
    )


def _names(queues: Sequence[str]) -> list[str]:
    """The names of queues, of which stacks keep the addresses."""
    return [queue.rpartition("/")[2] for queue in queues]
