"""Physical machines of one's own, such as macOS needs."""

from __future__ import annotations

from troposphere import ec2

from praktika.infrastructure.compute import DedicatedHost
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical


def add_hosts(host: DedicatedHost.Config, draft: Draft, context: Context) -> None:
    """A host for each zone and number. AWS charges for 24 hours at least."""
    for zone in _zones(host, draft, context):
        for number in range(1, host.quantity_per_az + 1):
            name = f"{host.name}-{zone}-{number}"
            made = ec2.Host(
                logical("Host", name),
                AvailabilityZone=zone,
                InstanceType=host.instance_type,
                AutoPlacement=host.auto_placement,
                Tags=draft.tags(**{**host.tags, "Name": draft.names.own(name)}),
            )
            draft.add("stateful", title_of(host), made)


def _zones(host: DedicatedHost.Config, draft: Draft, context: Context) -> list[str]:
    """Those that are named, or all in which the project has a network."""
    if not host.all_availability_zones:
        return list(dict.fromkeys(host.availability_zones))
    used = {subnet.availability_zone for vpc in context.project.vpcs for subnet in vpc.subnets}
    return sorted(used) or [f"{draft.place.region}{letter}" for letter in "abc"]
