"""Roles and instance profiles that an author declares.

Fault 46: what cannot be made fails the deploy, as everything else in a stack does. Fault 3: no role
of a project reaches praktika's own secrets, whatever its author lets it.
"""

from __future__ import annotations

from troposphere.iam import InstanceProfile, Role

from praktika.infrastructure.compute import IAMInstanceProfile, IAMRole
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.policies.guard import no_secrets_of_others
from praktika.infrastructure.template.policies.inline import inline_policies, service_of
from praktika.infrastructure.template.policies.statements import inline, trusted_by
from praktika.infrastructure.template.runtime.machines.profiles import role_ref
from praktika.infrastructure.template.scope import arns_of


def add_own_role(role: IAMRole.Config, draft: Draft, context: Context) -> None:
    """A role `<slug>-<name>` with what it was declared with, and what no role may."""
    guard = inline("praktika-guard", no_secrets_of_others(arns_of(draft, context)))
    made = Role(
        logical("Role", role.name),
        RoleName=draft.names.own(role.name),
        Path=draft.names.path,
        AssumeRolePolicyDocument=trusted_by(service_of(role.trust_service)),
        ManagedPolicyArns=list(role.policy_arns),
        Policies=[*inline_policies(role.inline_policies, title_of(role)), guard],
        Tags=draft.tags(**role.tags),
    )
    draft.add("runtime", title_of(role), made)


def add_own_profile(profile: IAMInstanceProfile.Config, draft: Draft, context: Context) -> None:
    """An instance profile `<slug>-<name>`, for a declared or an existing role."""
    made = InstanceProfile(
        logical("Profile", profile.name),
        InstanceProfileName=draft.names.own(profile.name),
        Path=draft.names.path,
        Roles=[role_ref(profile.role_name, draft, context)],
    )
    draft.add("runtime", title_of(profile), made)
