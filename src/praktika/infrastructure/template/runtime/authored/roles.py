"""Roles and instance profiles that an author declares.

Fault 46: what cannot be made fails the deploy, as everything else in a stack does. Fault 3: no role
of a project reaches praktika's own secrets, whatever its author lets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere.iam import InstanceProfile, Policy, Role

from praktika.errors import AuthorError
from praktika.infrastructure.compute import IAMInstanceProfile, IAMRole
from praktika.infrastructure.parts import title_of
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.policies.guard import no_secrets_of_others
from praktika.infrastructure.template.policies.statements import inline, trusted_by
from praktika.infrastructure.template.runtime.machines.profiles import role_ref
from praktika.infrastructure.template.runtime.scope import arns_of

_NAMES, _DOCUMENTS = ("PolicyName", "name"), ("PolicyDocument", "document", "policy")


def add_own_role(role: IAMRole.Config, draft: Draft, context: Context) -> None:
    """A role `<slug>-<name>` with what it was declared with, and what no role may."""
    guard = inline("praktika-guard", no_secrets_of_others(arns_of(draft, context)))
    made = Role(
        logical("Role", role.name),
        RoleName=draft.names.own(role.name),
        Path=draft.names.path,
        AssumeRolePolicyDocument=trusted_by(_service(role.trust_service)),
        ManagedPolicyArns=list(role.policy_arns),
        Policies=[*policies_of(role.inline_policies, title_of(role)), guard],
        Tags=draft.tags(**role.tags),
    )
    draft.add("runtime", title_of(role), made)


def add_own_profile(profile: IAMInstanceProfile.Config, draft: Draft, context: Context) -> None:
    """An instance profile `<slug>-<name>`, for a declared or an existing role."""
    made = InstanceProfile(
        logical("Profile", profile.name),
        InstanceProfileName=draft.names.own(profile.name),
        Path=draft.names.path,
        Roles=[role_ref(profile.role_name, context)],
    )
    draft.add("runtime", title_of(profile), made)


def policies_of(declared: Any, whose: str) -> list[Policy]:
    """Inline policies: documents by name, or a list of `{"PolicyName": …, "PolicyDocument": …}`.

    Raises:
        AuthorError: they are neither.
    """
    if not declared:
        return []
    if isinstance(declared, Mapping):
        pairs = list(declared.items())
    else:
        pairs = [(_one_of(one, _NAMES), _one_of(one, _DOCUMENTS)) for one in declared]
    if not all(isinstance(name, str) and isinstance(text, Mapping) for name, text in pairs):
        raise AuthorError(text=f"{whose}: inline_policies are documents by name")
    return [Policy(PolicyName=name, PolicyDocument=dict(text)) for name, text in pairs]


def _one_of(given: Any, names: tuple[str, ...]) -> Any:
    found = given if isinstance(given, Mapping) else {}
    return next((found[name] for name in names if name in found), None)


def _service(name: str) -> str:
    """`ec2` and `ec2.amazonaws.com` are the same; nothing said is a machine."""
    bare = name or "ec2"
    return bare if "." in bare else f"{bare}.amazonaws.com"
