"""What a pool names for its jobs, by the names on AWS."""

from __future__ import annotations

from praktika.infrastructure.components import RunnerPool
from praktika.infrastructure.storage import SecretParameter
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.policies.runner import Allowed


def allowed_of(pool: RunnerPool, draft: Draft, context: Context) -> Allowed:
    """What the jobs of a pool may reach besides their run."""
    every = pool.allow_all_ssm_parameters
    named = [parameter_of(name, draft, context) for name in pool.allowed_ssm_parameters]
    declared = [parameter_of(name, draft, context) for name in _declared(context)]
    return Allowed(
        parameters=sorted({*named, *(declared if every else ())}),
        secrets=sorted(pool.allowed_secrets),
        prefixes=sorted(pool.allowed_s3_prefixes),
        every_parameter=every,
        every_secret=pool.allow_all_secrets,
        every_object=pool.allow_all_s3_prefixes,
    )


def parameter_of(name: str, draft: Draft, context: Context) -> str:
    """The name on AWS of a parameter: of a declared one, or one that is there as it is called."""
    if name not in _declared(context):
        return name
    return f"/{draft.names.own(name[1:])}" if name.startswith("/") else draft.names.own(name)


def _declared(context: Context) -> list[str]:
    return [
        one.name
        for one in context.project.secret_parameters
        if isinstance(one, SecretParameter.Config)
    ]
