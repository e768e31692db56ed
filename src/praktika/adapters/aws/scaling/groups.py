"""Auto Scaling groups."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import code_of, translated
from praktika.errors import Absent
from praktika.ports.cloud.groups import Failures, Group, Machine, Phase

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import (
        ActivityTypeDef,
        AutoScalingGroupTypeDef,
        InstanceTypeDef,
    )

_AT_ONCE = 100
"""Names that AWS looks at in one request."""

_RECENT = 100
"""Activities that are looked at; a group that fails tries a few times an hour."""

_LAUNCH = "Launching"
_WELL = "Successful"
_BAD = {"Failed", "Cancelled"}


class AwsGroups:
    """The `Groups` of one region.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def look(self, names: Sequence[str]) -> dict[str, Group]:
        """Those that are there; see the port."""
        found: dict[str, Group] = {}
        for start in range(0, len(names), _AT_ONCE):
            some = list(names[start : start + _AT_ONCE])
            with translated(f"cannot look at Auto Scaling groups {', '.join(some)}"):
                pages = self._aws.groups.get_paginator("describe_auto_scaling_groups")
                for page in pages.paginate(AutoScalingGroupNames=some):
                    found |= {
                        one["AutoScalingGroupName"]: _group(one)
                        for one in page["AutoScalingGroups"]
                    }
        return found

    def failures(self, name: str) -> Failures | None:
        """What goes wrong with launches; see the port."""
        with self._speaking("look at the activities of", name):
            answer = self._aws.groups.describe_scaling_activities(
                AutoScalingGroupName=name, MaxRecords=_RECENT
            )
        failed: list[ActivityTypeDef] = []
        for one in answer["Activities"]:  # the newest first
            if not one.get("Description", "").startswith(_LAUNCH):
                continue
            if one["StatusCode"] == _WELL:
                break
            if one["StatusCode"] in _BAD:
                failed.append(one)
        if not failed:
            return None
        return Failures(
            since=failed[-1]["StartTime"].timestamp(),
            last=failed[0]["StartTime"].timestamp(),
            said=failed[0].get("StatusMessage", ""),
        )

    def resize(self, name: str, desired: int) -> None:
        """Let a group have so many machines; see the port."""
        with self._speaking(f"set the size to {desired} of", name):
            self._aws.groups.set_desired_capacity(
                AutoScalingGroupName=name, DesiredCapacity=desired, HonorCooldown=False
            )

    @contextlib.contextmanager
    def _speaking(self, doing: str, name: str) -> Iterator[None]:
        """`translated`, for a service that has one code for everything that it does not like."""
        with translated(f"cannot {doing} Auto Scaling group {name}"):
            try:
                yield
            except self._aws.groups.exceptions.ClientError as error:
                if code_of(error) == "ValidationError" and "not found" in str(error):
                    raise Absent(
                        f"there is no Auto Scaling group {name} in {self._aws.region}; was it "
                        "deployed there?"
                    ) from error
                raise


def _group(one: AutoScalingGroupTypeDef) -> Group:
    return Group(
        name=one["AutoScalingGroupName"],
        desired=one["DesiredCapacity"],
        smallest=one["MinSize"],
        largest=one["MaxSize"],
        machines=tuple(_machine(machine) for machine in one.get("Instances", [])),
    )


def _machine(one: InstanceTypeDef) -> Machine:
    return Machine(
        id=one["InstanceId"],
        phase=_phase(one["LifecycleState"]),
        protected=one["ProtectedFromScaleIn"],
    )


def _phase(state: str) -> Phase:
    if state.startswith("Pending"):
        return "launching"
    return "serving" if state == "InService" else "leaving"
