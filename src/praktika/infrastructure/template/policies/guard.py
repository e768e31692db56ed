"""What roles may not do, whatever else they are given: written as refusals, which always win.

Fault 3: the key of the GitHub App and praktika's own secrets are for the function that needs each.
"""

from __future__ import annotations

from praktika.infrastructure.template.policies.arns import Arns
from praktika.infrastructure.template.policies.statements import Statement, deny

KEPT = (
    *("installation.json", "forge/*", "cache/*", "groups/*", "checks/*"),
    *("sources/*", "overlays/*", "runs/*/run.json", "runs/*/plan.json", "runs/*/report.html"),
)
"""Blobs that machines which run jobs do not write, however many prefixes their pool names.

The files of a run say what machines start, as root, and what people see. No file of an attempt is
called like them.
"""


def no_rights(arns: Arns) -> list[Statement]:
    """Nobody gives rights, or takes on another role of the project."""
    return [deny("Rights", ["iam:*"], ["*"]), deny("Roles", ["sts:AssumeRole"], arns.roles())]


def no_secrets_of_others(arns: Arns) -> list[Statement]:
    """No praktika secret and no key of the app.

    Who may read parameters by path gets those below it that are refused one by one, too, so that
    way is closed as a whole.
    """
    platform = arns.names.platform
    return [
        deny("PlatformSecrets", ["ssm:*"], arns.parameters(platform, f"{platform}/*")),
        deny("ByPath", ["ssm:GetParametersByPath"], ["*"]),
        no_app_key(arns),
    ]


def no_app_key(arns: Arns) -> Statement:
    """The key of the GitHub App is read by the token broker alone."""
    name = arns.names.own(arns.app)
    return deny("AppKey", ["secretsmanager:*"], [*arns.secrets(name), *arns.secrets(f"{name}-*")])


def no_state(arns: Arns) -> list[Statement]:
    """Machines that run jobs touch no journal, and write neither code nor what others trust."""
    journals = arns.own_objects("journal/*", "journal-index/*")
    kept = [*arns.blobs(*KEPT), *arns.own_objects("code/*")]
    return [
        deny("Journals", ["s3:*"], journals),
        deny("Kept", ["s3:PutObject", "s3:DeleteObject"], kept),
    ]
