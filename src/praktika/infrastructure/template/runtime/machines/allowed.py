"""What a pool names for its jobs, by the names on AWS."""

from __future__ import annotations

from praktika.infrastructure.components import RunnerPool
from praktika.infrastructure.storage import SecretParameter
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.policies.runner import Allowed


def allowed_of(pool: RunnerPool, draft: Draft, context: Context) -> Allowed:
    """What the jobs of a pool may reach besides their run."""
    declared = {
        one.name: parameter_of(one.name, draft)
        for one in context.project.secret_parameters
        if isinstance(one, SecretParameter.Config)
    }
    every = pool.allow_all_ssm_parameters
    named = [declared.get(name, name) for name in pool.allowed_ssm_parameters]
    return Allowed(
        parameters=sorted({*named, *(declared.values() if every else ())}),
        secrets=sorted(pool.allowed_secrets),
        prefixes=sorted(pool.allowed_s3_prefixes),
        every_parameter=every,
        every_secret=pool.allow_all_secrets,
        every_object=pool.allow_all_s3_prefixes,
    )


def parameter_of(name: str, draft: Draft) -> str:
    """The name on AWS of a declared secret parameter."""
    return f"/{draft.names.own(name[1:])}" if name.startswith("/") else draft.names.own(name)
