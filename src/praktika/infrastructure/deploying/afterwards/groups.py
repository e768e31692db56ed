"""The groups of a project's pools."""

from __future__ import annotations

from praktika.infrastructure.deploying.stacks.building import GROUP, Builder
from praktika.infrastructure.deploying.wanted import owner_of

_POOLS = {"RunnerPool", "OrchestratorPool"}


def groups_of_pools(builder: Builder) -> list[str]:
    """Their names in the cloud; those of groups that an author has declared are not among them."""
    contents = builder.cloud.stacks.contents(builder.name("runtime"))
    return sorted(
        one.physical
        for one in contents.resources
        if one.kind == GROUP
        and one.physical
        and owner_of(contents.template, one.logical).partition(":")[0] in _POOLS
    )
