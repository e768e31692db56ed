"""Which role the machines of a pool have: their own, or one that the author has declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import Ref
from troposphere.iam import InstanceProfile

from praktika.infrastructure.components import OrchestratorPool, RunnerPool
from praktika.infrastructure.compute import IAMInstanceProfile, IAMRole
from praktika.infrastructure.parts import profile_of, role_of, title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.policies.statements import Statement
from praktika.infrastructure.template.runtime.roles import add_policy, add_profile, add_role

AnyPool = RunnerPool | OrchestratorPool


def profile_for(
    pool: AnyPool, draft: Draft, context: Context, statements: Sequence[Statement]
) -> InstanceProfile | str:
    """What gives the machines of a pool their role, or the name or ARN of an existing profile.

    A role that the author declares gets what the pool needs, and is refused what others are. A
    profile that is not declared here is taken as it is: who made it answers for it.
    """
    title, given = title_of(pool), _given_profile(pool)
    profiles = _declared(context.project.iam_instance_profiles, IAMInstanceProfile.Config)
    name = given.removeprefix(draft.names.own(""))
    if name in profiles:
        role = role_ref(profiles[name].role_name, draft, context)
        add_policy(draft, title, pool.name, role=role, statements=statements)
        return draft.runtime.resources[logical("Profile", name)]
    if given and isinstance(pool, RunnerPool):
        return given
    role = _given_role(pool, draft, context)
    if role is not None:
        add_policy(draft, title, pool.name, role=role, statements=statements)
    else:
        service = "ec2.amazonaws.com"
        made = add_role(draft, title, role_of(pool), service=service, statements=statements)
        role = Ref(made)
    return add_profile(draft, title, profile_of(pool), role)


def role_ref(name: str, draft: Draft, context: Context) -> Any:
    """A role: the declared one of that name, with the slug or without, or an existing one."""
    bare = name.removeprefix(draft.names.own(""))
    if bare in _declared(context.project.iam_roles, IAMRole.Config):
        return Ref(logical("Role", bare))
    return name.rpartition("/")[2]


def role_name_of(pool: AnyPool, draft: Draft, context: Context) -> str:
    """The name on AWS of the role of a pool's machines, by which the token broker knows them.

    "" if it is the usual one, or that of a profile that is not declared here: machines with such a
    one get no tokens.
    """
    given = _given_profile(pool)
    profiles = _declared(context.project.iam_instance_profiles, IAMInstanceProfile.Config)
    profile = profiles.get(given.removeprefix(draft.names.own("")))
    if profile is not None:
        named = str(profile.role_name)
    elif isinstance(pool, RunnerPool):
        named = pool.ec2_role
    else:
        named = role_of(pool)
    bare = named.removeprefix(draft.names.own(""))
    is_ours = named == role_of(pool) or isinstance(role_ref(named, draft, context), Ref)
    name = draft.names.own(bare) if is_ours else named.rpartition("/")[2]
    return "" if name in {"", draft.names.own(""), draft.names.own(f"{pool.name}-role")} else name


def _given_profile(pool: AnyPool) -> str:
    """The instance profile that a pool names, or ""."""
    if isinstance(pool, RunnerPool):
        return pool.instance_profile
    return profile_of(pool)


def _given_role(pool: AnyPool, draft: Draft, context: Context) -> Any:
    """The role that a pool names, if it is not one to be made for it."""
    if isinstance(pool, RunnerPool):
        return role_ref(pool.ec2_role, draft, context) if pool.ec2_role else None
    role = role_ref(role_of(pool), draft, context)
    return role if isinstance(role, Ref) else None


def _declared(listed: Any, kind: type[Any]) -> dict[str, Any]:
    return {one.name: one for one in listed if isinstance(one, kind)}
