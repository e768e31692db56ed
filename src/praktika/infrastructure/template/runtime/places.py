"""Where machines are: the subnets and security groups that a component names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from praktika.errors import AuthorError
from praktika.infrastructure.parts import name_of, title_of, vpc_of
from praktika.infrastructure.storage import VPC
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.stateful.network import network_of


def subnets_of(part: Any, draft: Draft, context: Context) -> list[Any]:
    """The subnets of the network that a component names, in the zones that it names, if any.

    Raises:
        AuthorError: it is in no network.
    """
    vpc = vpc_of(context.project, part.vpc_name)
    if vpc is None:
        raise AuthorError(
            text=f"{title_of(part)} is in no network: name one of `vpcs` in its vpc_name"
        )
    zones = getattr(part, "availability_zones", ()) or [
        one.availability_zone for one in vpc.subnets
    ]
    subnets = network_of(vpc, draft, "runtime").subnets
    pairs = zip(vpc.subnets, subnets, strict=True)
    return [subnet for declared, subnet in pairs if declared.availability_zone in zones]


def groups_of(part: Any, draft: Draft, context: Context) -> list[Any]:
    """The security groups that a component names, by id or name; its network's own otherwise."""
    named: Sequence[str] = getattr(part, "security_group_names", ())
    given = [*part.security_group_ids, *(_named(part, one, draft, context) for one in named)]
    vpc = vpc_of(context.project, part.vpc_name)
    if given or vpc is None:
        return given
    return [network_of(vpc, draft, "runtime").security_group]


def _named(part: Any, name: str, draft: Draft, context: Context) -> Any:
    """The group of a declared network, which is called `<vpc>-sg`.

    Raises:
        AuthorError: there is no such network.
    """
    for vpc in context.project.vpcs:
        if isinstance(vpc, VPC.Config) and name.removeprefix(draft.names.own("")) == (
            f"{name_of(vpc)}-sg"
        ):
            return network_of(vpc, draft, "runtime").security_group
    raise AuthorError(
        text=f"{title_of(part)} names the security group {name}, which is of no declared network: "
        "write its id into security_group_ids"
    )
