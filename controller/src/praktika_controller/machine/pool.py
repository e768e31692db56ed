"""The pool as one of its machines sees it: its groups, and what waits in its queues."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from praktika_controller.aws import Clients
from praktika_controller.idle import View
from praktika_controller.machine.identity import Identity
from praktika_controller.queues import Load, Queues

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef

_SERVING = "InService"
_THERE = (_SERVING, "Pending")
"""How the names of states begin in which a machine is there, or comes."""


class Pool:
    """The pool of this machine.

    Args:
        aws: the clients.
        queues: of the installation.
        identity: of this machine.
    """

    def __init__(self, aws: Clients, queues: Queues, identity: Identity) -> None:
        self._aws = aws
        self._queues = queues
        self._identity = identity

    def view(self, queues: Sequence[str], beside: Sequence[str] = ()) -> View:
        """How things stand; a pool whose queues are not known has something to do.

        Args:
            queues: whose messages are its work.
            beside: whose messages are the work of others, and keep one machine of this pool.
        """
        identity = self._identity
        loads = [self._queues.load(queue) for queue in queues] or [Load(waiting=1, leased=0)]
        leased = sum(load.leased for load in loads)
        others = map(self._queues.load, beside)
        if leased == 0 and any(load.waiting + load.leased for load in others):
            leased = 1
        groups = self._groups()
        own = [group for group in groups if group["AutoScalingGroupName"] == identity.group]
        return View(
            role=identity.role,
            scaling=identity.scaling,
            idle_seconds=identity.idle_seconds,
            reserve=identity.reserve,
            waiting=sum(load.waiting for load in loads),
            leased=leased,
            serving=sum(_count(group, _SERVING) for group in groups),
            least=sum(group["MinSize"] for group in groups),
            desired=sum(group["DesiredCapacity"] for group in own),
            smallest=sum(group["MinSize"] for group in own),
            machines=sum(_count(group, *_THERE) for group in own),
        )

    def _groups(self) -> list[AutoScalingGroupTypeDef]:
        filters: Any = [
            {"Name": f"tag:{name}", "Values": [value]}
            for name, value in (
                ("praktika_project_slug", self._identity.project),
                ("praktika_pool", self._identity.pool),
            )
        ]
        pages = self._aws.autoscaling.get_paginator("describe_auto_scaling_groups")
        return [
            group for page in pages.paginate(Filters=filters) for group in page["AutoScalingGroups"]
        ]


def _count(group: AutoScalingGroupTypeDef, *states: str) -> int:
    return sum(one["LifecycleState"].startswith(states) for one in group.get("Instances", []))
