"""Which role the machines of a pool have: their own, or one that the author has declared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troposphere import Ref
from troposphere.iam import InstanceProfile

from praktika.infrastructure.compute import IAMInstanceProfile, IAMRole
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.policies.statements import Statement
from praktika.infrastructure.template.runtime.roles import add_policy, add_profile, add_role


def profile_of(
    pool: Any, draft: Draft, context: Context, statements: Sequence[Statement]
) -> InstanceProfile | str:
    """What gives the machines of a pool their role, or the name of an existing profile.

    A role that the author declares gets what the pool needs, and is refused what others are. What
    is not declared here is taken as it is: who made it answers for it.
    """
    title = title_of(pool)
    role = str(getattr(pool, "ec2_role", "") or getattr(pool, "ec2_role_name", ""))
    profile = str(
        getattr(pool, "instance_profile", "") or getattr(pool, "iam_instance_profile_name", "")
    )
    roles = _declared(context.project.iam_roles, IAMRole.Config)
    profiles = _declared(context.project.iam_instance_profiles, IAMInstanceProfile.Config)
    if profile in profiles:
        own = role_ref(profiles[profile].role_name, context)
        add_policy(draft, title, pool.name, role=own, statements=statements)
        return draft.runtime.resources[logical("Profile", profile)]
    if role in roles:
        own = role_ref(role, context)
        add_policy(draft, title, pool.name, role=own, statements=statements)
        return add_profile(draft, title, pool.name, own)
    if profile and hasattr(pool, "instance_profile"):
        return profile
    own_role = add_role(draft, title, pool.name, service="ec2.amazonaws.com", statements=statements)
    return add_profile(draft, title, pool.name, Ref(own_role))


def role_ref(name: str, context: Context) -> Any:
    """A role: the declared one of that name, or an existing one."""
    declared = _declared(context.project.iam_roles, IAMRole.Config)
    return Ref(logical("Role", name)) if name in declared else name


def _declared(listed: Any, kind: type[Any]) -> dict[str, Any]:
    return {one.name: one for one in listed if isinstance(one, kind)}
