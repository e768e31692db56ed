"""Secret parameters. CloudFormation makes none, since whoever reads a template would read them."""

from __future__ import annotations

from praktika.infrastructure.parts import title_of
from praktika.infrastructure.storage import SecretParameter
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, Secret


def add_secret(secret: SecretParameter.Config, draft: Draft, context: Context) -> None:
    """The secret, to be made by a deploy or filled in by the operator."""
    del context
    draft.secrets.append(
        Secret(
            component=title_of(secret),
            name=draft.names.parameter(secret.name),
            description=secret.description,
            random=secret.generate_random,
        )
    )
