"""What a project consists of, with the names that are left out filled in.

Whatever reads a declaration goes through here, so that "the only network" and "the first bucket"
mean one thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.component import Component
from praktika.infrastructure.components import OrchestratorPool, RunnerPool
from praktika.infrastructure.storage import VPC, Storage
from praktika.pipeline.declare.declared import is_written

C = TypeVar("C", bound=Component)

VPC_NAME = "vpc"
"""Of a network without a name."""

_NAMES = {"CIDBCluster": "cidb", "VPC": VPC_NAME}
_LISTS = (
    "vpcs",
    "storages",
    "report_pages",
    "secret_parameters",
    "dedicated_hosts",
    "ec2_instances",
    "iam_roles",
    "iam_instance_profiles",
    "sqs_queues",
    "lambda_functions",
    "image_builders",
    "launch_templates",
    "autoscaling_groups",
    "github_token_minters",
    "runner_pools",
    "pool_autoscalers",
)


def parts(project: CloudInfrastructure.Config) -> Iterator[Component]:
    """All components of a project, each once, those first that others refer to."""
    seen: set[int] = set()
    for part in _listed(project):
        if id(part) not in seen:
            seen.add(id(part))
            yield part


def ordered(project: CloudInfrastructure.Config) -> CloudInfrastructure.Config:
    """The project with its components in the order of their names, but for storages.

    So templates do not depend on the order in which an author writes; "the first storage" does.
    """
    made = project.copy_shallow()
    for field in (*_LISTS, "orchestrator_pools"):
        if field != "storages":
            listed = [one for one in getattr(project, field) if isinstance(one, Component)]
            made.__dict__[field] = sorted(listed, key=name_of)
    return made


def title_of(part: Component) -> str:
    """A component as manifests and people call it: `RunnerPool:arm-small`."""
    return f"{part.KIND}:{name_of(part)}"


def name_of(part: Component) -> str:
    """The name of a component, without the slug; those that need none have one all the same."""
    name: object = getattr(part, "name", "") or getattr(part, "path", "")
    return str(name or _NAMES.get(part.KIND, part.KIND.lower()))


def orchestrator_pools(project: CloudInfrastructure.Config) -> list[OrchestratorPool]:
    """The pools of orchestrators, however they were declared."""
    single = [project.orchestrator_pool] if project.orchestrator_pool is not None else []
    pools = [*single, *project.orchestrator_pools]
    unique = {id(pool): pool for pool in pools if isinstance(pool, OrchestratorPool)}
    return list(unique.values())


def runner_pools(project: CloudInfrastructure.Config) -> list[RunnerPool]:
    """The pools of runners."""
    return [pool for pool in project.runner_pools if isinstance(pool, RunnerPool)]


def label_of(pool: RunnerPool) -> str:
    """What jobs write into `runs_on` to get a machine of the pool."""
    return pool.label or pool.name


def vpc_of(project: CloudInfrastructure.Config, name: str) -> VPC.Config | None:
    """The network of that name; the only one, if no name is given."""
    found = [one for one in project.vpcs if isinstance(one, VPC.Config)]
    if not name:
        return found[0] if len(found) == 1 else None
    return next((one for one in found if name_of(one) == name), None)


def storages(project: CloudInfrastructure.Config) -> list[Storage.Config]:
    """The buckets."""
    return [one for one in project.storages if isinstance(one, Storage.Config)]


def _listed(project: CloudInfrastructure.Config) -> Iterator[Component]:
    for field in _LISTS:
        value = getattr(project, field)
        for one in value if isinstance(value, list | tuple) else ():
            if isinstance(one, Component):
                yield one
    if isinstance(project.cidb_cluster, Component):
        yield project.cidb_cluster
    yield from orchestrator_pools(project)


def role_of(pool: RunnerPool | OrchestratorPool) -> str:
    """The name, without the slug, of the role that is made for a pool; "" if it has another one.

    A second pool of orchestrators has a role of its own, unless it asks for the same name.
    """
    if isinstance(pool, RunnerPool):
        return "" if pool.ec2_role or pool.instance_profile else f"{pool.name}-role"
    return pool.ec2_role_name if is_written(pool, "ec2_role_name") else f"{pool.name}-role"


def profile_of(pool: RunnerPool | OrchestratorPool) -> str:
    """The name, without the slug, of the instance profile of that role; "" likewise."""
    if isinstance(pool, RunnerPool):
        return "" if pool.instance_profile else f"{pool.name}-profile"
    field = "iam_instance_profile_name"
    return getattr(pool, field) if is_written(pool, field) else f"{pool.name}-profile"


def github_api(project: CloudInfrastructure.Config) -> str:
    """The base URL of the REST API of GitHub; `ext["github_api"]` names that of a server."""
    return str(project.ext.get("github_api") or "https://api.github.com")
