"""Roles of machines that stay, and that must not go with the runtime stack."""

from __future__ import annotations

from typing import Any

from troposphere import Ref, iam

from praktika.infrastructure.compute import EC2Instance, IAMRole
from praktika.infrastructure.parts import name_of, title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.policies.guard import no_secrets_of_others
from praktika.infrastructure.template.policies.inline import inline_policies, service_of
from praktika.infrastructure.template.policies.statements import inline, trusted_by
from praktika.infrastructure.template.scope import arns_of


def add_kept_role(
    draft: Draft, component: str, name: str, *, service: str, **more: Any
) -> iam.Role:
    """A role `<slug>-<name>-role` in the stateful stack."""
    role = iam.Role(
        logical("Role", name),
        RoleName=draft.names.own(f"{name}-role"),
        Path=draft.names.path,
        AssumeRolePolicyDocument=trusted_by(service),
        Tags=draft.tags(),
        **more,
    )
    return draft.add("stateful", component, role)


def add_kept_profile(draft: Draft, component: str, name: str, role: Any) -> iam.InstanceProfile:
    """What gives a role to machines: `<slug>-<name>-profile`."""
    profile = iam.InstanceProfile(
        logical("Profile", name),
        InstanceProfileName=draft.names.own(f"{name}-profile"),
        Path=draft.names.path,
        Roles=[Ref(role)],
    )
    return draft.add("stateful", component, profile)


def kept_profile(machine: EC2Instance.Config, draft: Draft, context: Context) -> Any:
    """The profile of a machine, or "".

    A declared one is copied: the machine stays when the runtime stack goes, and its role with it.
    """
    name = machine.iam_instance_profile_name
    profile = _named(context.project.iam_instance_profiles, name)
    if profile is None:
        return name
    role = _named(context.project.iam_roles, profile.role_name)
    title = title_of(machine)
    if role is None:
        made = iam.InstanceProfile(
            logical("Profile", machine.name),
            InstanceProfileName=draft.names.own(f"{machine.name}-profile"),
            Path=draft.names.path,
            Roles=[profile.role_name],
        )
        return Ref(draft.add("stateful", title, made))
    own = add_kept_role(
        draft,
        title,
        machine.name,
        service=service_of(role.trust_service),
        **policies_of(role, draft, context),
    )
    return Ref(add_kept_profile(draft, title, machine.name, own))


def policies_of(role: IAMRole.Config, draft: Draft, context: Context) -> dict[str, Any]:
    """The policies of a declared role, as properties, and what no role of a project may (fault 3).

    Raises:
        AuthorError: inline policies are none.
    """
    guard = inline("praktika-guard", no_secrets_of_others(arns_of(draft, context)))
    own = inline_policies(role.inline_policies, title_of(role))
    made: dict[str, Any] = {"Policies": [*own, guard]}
    if role.policy_arns:
        made["ManagedPolicyArns"] = list(role.policy_arns)
    return made


def _named(listed: Any, name: str) -> Any:
    return next((one for one in listed if name and name_of(one) == name), None)
