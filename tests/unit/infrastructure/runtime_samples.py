"""Declared projects whose runtime stack tests look at."""

from __future__ import annotations

from typing import Any

from praktika.infrastructure import VPC, CloudInfrastructure, Components
from praktika.infrastructure.template.compile import Compiled, compiled
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Place

REGION, ACCOUNT = "eu-north-1", "123456789012"


def network() -> VPC.Config:
    zones = {f"{REGION}a": "10.0.0.0/18", f"{REGION}b": "10.0.64.0/18"}
    subnets = [VPC.Subnet(availability_zone=zone, cidr=cidr) for zone, cidr in zones.items()]
    return VPC.Config(name="main", subnets=subnets)


def runners(name: str = "arm-small", **more: Any) -> Components.RunnerPool:
    more = {"instance_type": "t4g.medium", "scaling": "auto", "max_size": 50, **more}
    return Components.RunnerPool(name=name, **more)


def orchestrators(**more: Any) -> Components.OrchestratorPool:
    more = {"instance_type": "t4g.small", "scaling": "auto", "max_size": 5, **more}
    return Components.OrchestratorPool(**more)


def project(name: str = "Lab", **parts: Any) -> Compiled:
    """A project with a pool of each kind; `parts` add to it, or replace what is in it."""
    declared = {
        "vpcs": [network()],
        "runner_pools": [runners()],
        "orchestrator_pools": [orchestrators()],
        "github_token_minters": [Components.GitHubTokenMinter(repositories=["octo/app"])],
        **parts,
    }
    place = Place(region=REGION, account=ACCOUNT, bucket="lab-artifacts")
    context = Context(project=CloudInfrastructure.Config(name=name, **declared))
    return compiled(context, place, {})


def properties(done: Compiled, kind: str) -> dict[str, Any]:
    """The properties of all resources of a kind in the runtime stack, by logical id."""
    return {
        name: resource["Properties"]
        for name, resource in done.templates["runtime"]["Resources"].items()
        if resource["Type"] == f"AWS::{kind}"
    }


def statements(done: Compiled, role: str) -> list[dict[str, Any]]:
    """The statements of a role, by the name that it has in the project."""
    roles = properties(done, "IAM::Role").values()
    found = next(one for one in roles if one["RoleName"] == f"{done.names.slug}-{role}-role")
    return [
        statement
        for policy in found["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
