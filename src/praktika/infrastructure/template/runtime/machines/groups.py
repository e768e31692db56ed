"""Auto Scaling groups that only grow from outside, and whose machines leave by themselves.

No deploy sets how many machines there are (fault 45), AWS ends none to save or to balance, and a
new launch template is for new machines only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, autoscaling
from troposphere.ec2 import LaunchTemplate

from praktika.infrastructure.template.draft import Draft, logical

FALLBACK = "on-demand"
"""What the name of a group ends with that has machines when there are no spot machines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What an Auto Scaling group is made from.

    Attributes:
        name: in the project.
        types: of machines, the first choice first.
        least, most: machines.
        spot: whether they may be taken back.
        subnets: ids.
        tags: of the machines, besides the project's own.
    """

    name: str
    types: Sequence[str]
    least: int
    most: int
    spot: bool
    subnets: Sequence[Any]
    tags: Mapping[str, Any]


def add_group(
    draft: Draft, component: str, group: Group, template: LaunchTemplate
) -> autoscaling.AutoScalingGroup:
    """A group of machines."""
    made = autoscaling.AutoScalingGroup(
        logical("Group", group.name),
        AutoScalingGroupName=draft.names.own(group.name),
        MinSize=group.least,
        MaxSize=group.most,
        VPCZoneIdentifier=list(group.subnets),
        HealthCheckType="EC2",
        Cooldown="0",
        NewInstancesProtectedFromScaleIn=True,
        CapacityRebalance=False,
        Tags=tags_of(draft, group.tags),
        **_launching(group, template),
    )
    return draft.add("runtime", component, made)


def _launching(group: Group, template: LaunchTemplate) -> dict[str, Any]:
    """The launch template as it is, or with a choice of types of machines."""
    version = autoscaling.LaunchTemplateSpecification(
        LaunchTemplateId=Ref(template), Version=GetAtt(template, "LatestVersionNumber")
    )
    if not group.spot and len(group.types) == 1:
        return {"LaunchTemplate": version}
    overrides = [autoscaling.LaunchTemplateOverrides(InstanceType=one) for one in group.types]
    distribution = autoscaling.InstancesDistribution(
        OnDemandBaseCapacity=0,
        OnDemandPercentageAboveBaseCapacity=0 if group.spot else 100,
        OnDemandAllocationStrategy="prioritized",
        SpotAllocationStrategy="price-capacity-optimized",
    )
    policy = autoscaling.MixedInstancesPolicy(
        InstancesDistribution=distribution,
        LaunchTemplate=autoscaling.LaunchTemplate(
            LaunchTemplateSpecification=version, Overrides=overrides
        ),
    )
    return {"MixedInstancesPolicy": policy}


def tags_of(draft: Draft, more: Mapping[str, Any]) -> list[autoscaling.Tag]:
    """The tags of a group, which its machines have, too."""
    own = draft.tags().to_dict()
    pairs = [*((tag["Key"], tag["Value"]) for tag in own), *sorted(more.items())]
    return [autoscaling.Tag(key, value, True) for key, value in pairs]  # noqa: FBT003 - propagated
