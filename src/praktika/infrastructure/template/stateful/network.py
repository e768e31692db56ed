"""Networks: machines with public addresses that nobody can call.

There is no NAT gateway, which would cost more than all else that idles; what machines read from
S3 goes through a gateway endpoint, which is free.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, Ref, ec2

from praktika.infrastructure.parts import name_of, title_of
from praktika.infrastructure.storage import VPC
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, Stack, logical

EVERYWHERE = "0.0.0.0/0"


@dataclass(frozen=True, slots=True)
class Network:
    """References to the parts of a network that a machine needs.

    Attributes:
        vpc: the network's id; None in the runtime stack, where nothing needs it.
        subnets: their ids, in the order of their declaration.
        security_group: the id of the group that lets everything out and nothing in.
    """

    vpc: Any
    subnets: tuple[Any, ...]
    security_group: Any


def network_of(vpc: VPC.Config, draft: Draft, stack: Stack) -> Network:
    """A declared network, for resources of a stack."""
    name = name_of(vpc)

    def given(title: str, value: object) -> object:
        return value if stack == "stateful" else draft.hand_over(title, value)

    own, group = logical("Vpc", name), logical("SecurityGroup", name)
    subnets = (_subnet_id(vpc, subnet) for subnet in vpc.subnets)
    return Network(
        Ref(own) if stack == "stateful" else None,
        tuple(given(title, Ref(title)) for title in subnets),
        given(group, GetAtt(group, "GroupId")),
    )


def add_network(vpc: VPC.Config, draft: Draft, context: Context) -> None:
    """The network, its subnets, the way out, and the group of machines in it."""
    del context
    name, title = name_of(vpc), title_of(vpc)
    own, routes = logical("Vpc", name), logical("Routes", name)

    def add(kind: Any, logical_id: str, **more: Any) -> None:
        draft.add("stateful", title, kind(logical_id, **more))

    def tags(ending: str = "") -> Any:
        return draft.tags(Name=draft.names.own(name + ending))

    add(
        ec2.VPC,
        own,
        CidrBlock=vpc.cidr,
        EnableDnsHostnames=True,
        EnableDnsSupport=True,
        Tags=tags(),
    )
    _add_way_out(add, name, tags, draft.place.region)
    for subnet in vpc.subnets:
        zone, subnet_id = subnet.availability_zone, _subnet_id(vpc, subnet)
        add(
            ec2.Subnet,
            subnet_id,
            VpcId=Ref(own),
            AvailabilityZone=zone,
            CidrBlock=subnet.cidr,
            MapPublicIpOnLaunch=True,
            Tags=tags(f"-{zone}"),
        )
        add(
            ec2.SubnetRouteTableAssociation,
            logical("RoutesOf", name, zone),
            RouteTableId=Ref(routes),
            SubnetId=Ref(subnet_id),
        )
    add(
        ec2.SecurityGroup,
        logical("SecurityGroup", name),
        GroupName=draft.names.own(f"{name}-sg"),
        GroupDescription="Machines of praktika: everything out, nothing in.",
        VpcId=Ref(own),
        SecurityGroupEgress=[ec2.SecurityGroupRule(IpProtocol="-1", CidrIp=EVERYWHERE)],
        Tags=tags("-sg"),
    )


def _add_way_out(add: Any, name: str, tags: Any, region: str) -> None:
    own, gateway, routes = (logical(kind, name) for kind in ("Vpc", "Gateway", "Routes"))
    attached = logical("GatewayOf", name)
    add(ec2.InternetGateway, gateway, Tags=tags("-igw"))
    add(ec2.VPCGatewayAttachment, attached, VpcId=Ref(own), InternetGatewayId=Ref(gateway))
    add(ec2.RouteTable, routes, VpcId=Ref(own), Tags=tags("-rt"))
    add(
        ec2.Route,
        logical("RouteOut", name),
        RouteTableId=Ref(routes),
        DestinationCidrBlock=EVERYWHERE,
        GatewayId=Ref(gateway),
        DependsOn=attached,
    )
    add(
        ec2.VPCEndpoint,
        logical("StorageEndpoint", name),
        VpcId=Ref(own),
        ServiceName=f"com.amazonaws.{region}.s3",
        VpcEndpointType="Gateway",
        RouteTableIds=[Ref(routes)],
    )


def _subnet_id(vpc: VPC.Config, subnet: VPC.Subnet) -> str:
    return logical("Subnet", name_of(vpc), subnet.availability_zone)
