"""New machines for old ones, without ending one that works.

Machines are protected from being scaled in, so an instance refresh of AWS would wait for them in
vain, or end them at work. Instead, each machine that runs is marked; its controller looks between
two messages, and leaves without lowering the size of its group, which then starts another one. A
job that is under way goes on to its end.
"""

from __future__ import annotations

from collections.abc import Sequence

from praktika.infrastructure.deploying.stacks.building import GROUP
from praktika.infrastructure.deploying.wanted import owner_of
from praktika.infrastructure.template.names import Names
from praktika.ports.cloud.cloud import Cloud
from praktika.ports.cloud.machines import Machine


def groups_of(cloud: Cloud, names: Names) -> dict[str, str]:
    """The component that each group belongs to, by the group's name in the cloud.

    Raises:
        Absent: nothing is deployed.
    """
    contents = cloud.stacks.contents(names.runtime)
    return {
        one.physical: owner_of(contents.template, one.logical)
        for one in contents.resources
        if one.kind == GROUP and one.physical
    }


def restart(cloud: Cloud, groups: Sequence[str]) -> list[Machine]:
    """The machines of these groups, which were all asked to leave once they are idle."""
    machines = cloud.machines.running(groups)
    cloud.machines.ask_to_leave(machines)
    return machines
