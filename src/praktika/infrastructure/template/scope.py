"""What policies of a project are about."""

from __future__ import annotations

from praktika.infrastructure.components import GitHubTokenMinter
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.policies.arns import APP, Arns


def minter_of(context: Context) -> GitHubTokenMinter | None:
    """What hands out tokens; a check sees to it that there is one at most."""
    found = [
        one for one in context.project.github_token_minters if isinstance(one, GitHubTokenMinter)
    ]
    return found[0] if found else None


def arns_of(draft: Draft, context: Context) -> Arns:
    """The ARNs of the project, with its own name for the secret of the GitHub App."""
    minter = minter_of(context)
    return Arns(draft.names, draft.place, minter.secret_name if minter else APP)
