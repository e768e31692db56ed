"""Roles and instance profiles, under the project's path."""

from __future__ import annotations

import json
from collections.abc import Sequence

from troposphere.iam import InstanceProfile, PolicyType, Role

from praktika.errors import AuthorError
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.policies.statements import (
    Statement,
    document,
    inline,
    trusted_by,
)

LONGEST = 10_240
"""Characters that all inline policies of a role may have."""


def add_role(
    draft: Draft, component: str, name: str, *, service: str, statements: Sequence[Statement]
) -> Role:
    """A role `<slug>-<name>` that a service may take on, with one policy.

    Raises:
        AuthorError: it names more things than AWS takes, as there are too many pools.
    """
    length = len(json.dumps(document(statements), separators=(",", ":"), default=_length))
    if length > LONGEST:
        raise AuthorError(
            text=f"the policy of role {draft.names.own(name)} has {length:,} characters, and AWS "
            f"takes {LONGEST:,}: make two projects of the pools, or let pools share labels"
        )
    role = Role(
        logical("Role", name),
        RoleName=draft.names.own(name),
        Path=draft.names.path,
        AssumeRolePolicyDocument=trusted_by(service),
        Policies=[inline("praktika", statements)],
        Tags=draft.tags(),
    )
    return draft.add("runtime", component, role)


def add_profile(draft: Draft, component: str, name: str, role: object) -> InstanceProfile:
    """What gives a role to machines: `<slug>-<name>`."""
    profile = InstanceProfile(
        logical("Profile", name),
        InstanceProfileName=draft.names.own(name),
        Path=draft.names.path,
        Roles=[role],
    )
    return draft.add("runtime", component, profile)


def add_policy(
    draft: Draft, component: str, name: str, *, role: object, statements: Sequence[Statement]
) -> PolicyType:
    """What a role that an author has declared may besides: it is refused the same things."""
    policy = PolicyType(
        logical("Policy", name),
        PolicyName=f"praktika-{name}",
        PolicyDocument=document(statements),
        Roles=[role],
    )
    return draft.add("runtime", component, policy)


def _length(thing: object) -> object:
    """What CloudFormation fills in, about as long as it then is."""
    return getattr(thing, "data", str(thing))
