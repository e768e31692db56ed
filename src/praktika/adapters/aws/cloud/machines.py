"""Machines in Auto Scaling groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import code_of, translated
from praktika.errors import Absent
from praktika.ports.cloud.machines import LEAVE, Machine

_GROUPS_AT_ONCE = 100
_TAGGED_AT_ONCE = 500
_UNPROTECTED_AT_ONCE = 50
_STAYING = ("Pending", "InService", "Standby")
_BALANCING: Final = "AZRebalance"
_LEASED: Final = "ApproximateNumberOfMessagesNotVisible"
_NO_QUEUE = {"QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"}


class AwsMachines:
    """A `Machines` of one region.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def running(self, groups: Sequence[str]) -> list[Machine]:
        """The machines of these groups; see the port."""
        found: list[Machine] = []
        for start in range(0, len(groups), _GROUPS_AT_ONCE):
            some = list(groups[start : start + _GROUPS_AT_ONCE])
            with translated(f"cannot look at groups {', '.join(some)}"):
                pages = self._aws.groups.get_paginator("describe_auto_scaling_groups").paginate(
                    AutoScalingGroupNames=some
                )
                found += [
                    Machine(id=one["InstanceId"], group=group["AutoScalingGroupName"])
                    for page in pages
                    for group in page["AutoScalingGroups"]
                    for one in group["Instances"]
                    if one["LifecycleState"].startswith(_STAYING)
                ]
        return found

    def leased(self, queues: Sequence[str]) -> int:
        """About how many messages are worked on; see the port."""
        return sum(map(self._leased, queues))

    def ask_to_leave(self, machines: Sequence[Machine]) -> None:
        """Mark machines; see the port."""
        for start in range(0, len(machines), _TAGGED_AT_ONCE):
            self._mark([one.id for one in machines[start : start + _TAGGED_AT_ONCE]])

    def unprotect(self, groups: Sequence[str]) -> None:
        """Let machines end with their groups; see the port."""
        for group in {one.group for one in self.running(groups)}:
            with translated(f"cannot lift the protection of group {group}"):
                self._aws.groups.update_auto_scaling_group(
                    AutoScalingGroupName=group, NewInstancesProtectedFromScaleIn=False
                )
            ids = [one.id for one in self.running([group])]
            for start in range(0, len(ids), _UNPROTECTED_AT_ONCE):
                self._unprotect(group, ids[start : start + _UNPROTECTED_AT_ONCE])

    def keep_unbalanced(self, groups: Sequence[str]) -> None:
        """Let zones have as many machines as they have; see the port."""
        for group in groups:
            with translated(f"cannot set up group {group}", f"there is no group {group}"):
                try:
                    self._aws.groups.suspend_processes(
                        AutoScalingGroupName=group, ScalingProcesses=[_BALANCING]
                    )
                except self._aws.groups.exceptions.ClientError as error:
                    if code_of(error) == "ValidationError":
                        raise Absent(f"there is no group {group}") from error
                    raise

    def _unprotect(self, group: str, ids: list[str]) -> None:
        with translated(f"cannot lift the protection of machines {', '.join(ids)}"):
            try:
                self._aws.groups.set_instance_protection(
                    AutoScalingGroupName=group, InstanceIds=ids, ProtectedFromScaleIn=False
                )
            except self._aws.groups.exceptions.ClientError as error:
                if code_of(error) != "ValidationError":
                    raise
                if len(ids) > 1:  # one that is gone, or not there yet, spoils it for all
                    for one in ids:
                        self._unprotect(group, [one])

    def _mark(self, ids: list[str]) -> None:
        with translated(f"cannot mark machines {', '.join(ids)}"):
            try:
                self._aws.ec2.create_tags(Resources=ids, Tags=[{"Key": LEAVE, "Value": "yes"}])
            except self._aws.ec2.exceptions.ClientError as error:
                if code_of(error) != "InvalidInstanceID.NotFound":
                    raise
                if len(ids) > 1:  # one that is gone spoils the request for all
                    for one in ids:
                        self._mark([one])

    def _leased(self, queue: str) -> int:
        with translated(f"cannot look at queue {queue}"):
            try:
                url = self._aws.sqs.get_queue_url(QueueName=queue)["QueueUrl"]
                answer = self._aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_LEASED])
            except self._aws.sqs.exceptions.ClientError as error:
                if code_of(error) in _NO_QUEUE:
                    return 0
                raise
        return int(answer["Attributes"][_LEASED])
