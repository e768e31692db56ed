"""What a pool names for its jobs, by the names on AWS."""

from __future__ import annotations

from praktika.infrastructure.components import RunnerPool
from praktika.infrastructure.storage import SecretParameter
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.policies.runner import Allowed


def allowed_of(pool: RunnerPool, draft: Draft, context: Context) -> Allowed:
    """What the jobs of a pool may reach besides their run.

    Parameters and secrets may be written with the slug or without.
    """
    every, names = pool.allow_all_ssm_parameters, draft.names
    declared = [names.parameter(name) for name in _declared(context)]
    return Allowed(
        parameters=sorted(
            {
                *(
                    one
                    for name in pool.allowed_ssm_parameters
                    for one in (name, names.parameter(name))
                ),
                *(declared if every else ()),
            }
        ),
        secrets=sorted({one for name in pool.allowed_secrets for one in (name, names.own(name))}),
        prefixes=sorted(pool.allowed_s3_prefixes),
        every_parameter=every,
        every_secret=pool.allow_all_secrets,
        every_object=pool.allow_all_s3_prefixes,
    )


def parameter_of(name: str, draft: Draft, context: Context) -> str:
    """The name on AWS of a parameter: of a declared one, or one that is there as it is called."""
    return draft.names.parameter(name) if name in _declared(context) else name


def _declared(context: Context) -> list[str]:
    return [
        one.name
        for one in context.project.secret_parameters
        if isinstance(one, SecretParameter.Config)
    ]
