"""Networks: ranges of addresses, zones, regions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network

from praktika.infrastructure.check.saying import Judged, odd, wrong
from praktika.infrastructure.component import Component
from praktika.infrastructure.storage import VPC
from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import is_written
from praktika.pipeline.finding import Finding

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def check_networks(judged: Judged) -> Iterator[Finding]:
    """What AWS would not take as a network."""
    for vpc in judged.project.vpcs:
        yield from _check_region(vpc, judged.region)
        outer = _range(vpc, "cidr")
        yield from outer if isinstance(outer, list) else ()
        if not vpc.subnets:
            yield wrong(
                vpc,
                "subnets",
                "is empty: no machine could start there",
                codes.BAD_NETWORK,
                'Add VPC.Subnet(availability_zone="…").',
            )
        yield from _check_subnets(vpc, outer if isinstance(outer, IPv4Network) else None)
        for subnet in vpc.subnets:
            yield from _check_zone(subnet, "availability_zone", judged.region or vpc.region)
    for storage in judged.project.storages:
        yield from _check_region(storage, judged.region)
    for host in judged.project.dedicated_hosts:
        for zone in host.availability_zones:
            yield from _check_zone(host, "availability_zones", judged.region, zone)
    yield from _check_database(judged)


def _check_database(judged: Judged) -> Iterator[Finding]:
    cluster = judged.project.cidb_cluster
    if cluster is not None and is_written(cluster, "vpc_cidr"):
        yield odd(cluster, "vpc_cidr", "has no effect: the network knows its own range")


def _check_subnets(vpc: VPC.Config, outer: IPv4Network | None) -> Iterator[Finding]:
    seen: list[tuple[IPv4Network, VPC.Subnet]] = []
    zones: set[str] = set()
    for subnet in vpc.subnets:
        zone = subnet.availability_zone
        if zone in zones:
            what = f"is '{shown(zone)}' a second time in {called(vpc)}"
            yield wrong(subnet, "availability_zone", what, codes.BAD_NETWORK, "Use one a zone.")
        zones.add(zone)
        inner = _range(subnet, "cidr")
        if isinstance(inner, list):
            yield from inner
            continue
        if outer is not None and not inner.subnet_of(outer):
            what = f"is {inner}, which is not inside {outer} of {called(vpc)}"
            yield wrong(subnet, "cidr", what, codes.BAD_NETWORK)
        for other, _ in seen:
            if inner.overlaps(other):
                what = f"is {inner}, which overlaps {other} of {called(vpc)}"
                yield wrong(subnet, "cidr", what, codes.BAD_NETWORK)
        seen.append((inner, subnet))


def _range(part: Component, field: str) -> IPv4Network | list[Finding]:
    """A range of addresses, or what is wrong with it."""
    value = getattr(part, field)
    try:
        found = IPv4Network(value)
    except ValueError as error:
        return [wrong(part, field, f"is no range of addresses: {shown(error)}", codes.BAD_NETWORK)]
    if not 16 <= found.prefixlen <= 28:
        what = f"is a /{found.prefixlen}; AWS takes from /16 to /28"
        return [wrong(part, field, what, codes.BAD_NETWORK)]
    return found


def _check_region(part: Component, region: str) -> Iterator[Finding]:
    own = getattr(part, "region", "")
    if own and region and own != region:
        what = f"is '{shown(own)}', and AWS_REGION is '{shown(region)}'"
        yield wrong(part, "region", what, codes.BAD_NETWORK, "A project lives in one region.")


def _check_zone(part: Component, field: str, region: str, zone: str = "") -> Iterator[Finding]:
    zone = zone or getattr(part, field)
    if not zone:
        return
    if not re.fullmatch(REGION.pattern + "[a-z]", zone):
        what = f"has '{shown(zone)}', which is no availability zone"
        hint = f"Write one such as '{region or 'eu-north-1'}a'."
        yield wrong(part, field, what, codes.BAD_NETWORK, hint)
    elif region and zone[:-1] != region:
        what = f"has '{shown(zone)}', which is not in {shown(region)}"
        yield wrong(part, field, what, codes.BAD_NETWORK, f"Write one such as '{region}a'.")
