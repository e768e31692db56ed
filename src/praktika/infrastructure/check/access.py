"""Who may reach what: no runner the platform's own secrets, no stranger any (faults 3 and 10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from praktika.infrastructure.check.saying import Judged, odd, wrong
from praktika.infrastructure.components import GitHubTokenMinter, RunnerPool
from praktika.infrastructure.parts import orchestrator_pools, runner_pools
from praktika.pipeline import codes
from praktika.pipeline.check.sound import said, shown
from praktika.pipeline.finding import Finding
from praktika.pipeline.suggest import did_you_mean

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")
_GRANTS = (
    "allow_all_ssm_parameters",
    "allow_all_secrets",
    "allow_all_s3_prefixes",
    "allowed_ssm_parameters",
    "allowed_secrets",
    "allowed_s3_prefixes",
)
_PERMISSIONS = ("read", "write", "admin")


def check_access(judged: Judged) -> Iterator[Finding]:
    """What would let jobs have more than they may."""
    for pool in runner_pools(judged.project):
        yield from _check_untrusted(pool)
        for field in ("allowed_ssm_parameters", "allowed_secrets"):
            for name in getattr(pool, field):
                yield from _check_name(pool, field, name, judged)
    minters = judged.project.github_token_minters
    for minter in minters:
        yield from _check_minter(minter)
    for second in minters[1:]:
        what = "is another one than that of the first token minter: a project has one GitHub App"
        yield wrong(second, "secret_name", what, hint="Name all repositories in the first one.")
    yield from _check_orchestrators(judged)


def platform_secrets(judged: Judged) -> list[str]:
    """The names of what no runner may read."""
    names, project = judged.names, judged.project
    app = judged.setting("SECRET_GH_APP")
    minters = [one.secret_name for one in project.github_token_minters]
    found = [names.manifest, names.webhook_secret, names.task_key, names.own("gh-webhook-secret")]
    found += [text for one in (*minters, app, "gh-app") if one for text in (one, names.own(one))]
    if project.cidb_cluster is not None:
        password = project.cidb_cluster.admin_password_secret_name
        found += [password, names.parameter(password)]
    return list(dict.fromkeys(found))


def _check_untrusted(pool: RunnerPool) -> Iterator[Finding]:
    if not pool.untrusted:
        return
    for field in _GRANTS:
        if getattr(pool, field):
            what = "would give code from outside what is yours"
            hint = "Remove it: untrusted machines have no secrets."
            yield wrong(pool, field, what, codes.TOO_OPEN, hint)
    for field in ("ec2_role", "instance_profile"):
        if getattr(pool, field):
            what = "would give code from outside a role that praktika does not know"
            yield wrong(pool, field, what, codes.TOO_OPEN, "Leave it out.")


def _check_name(pool: RunnerPool, field: str, name: str, judged: Judged) -> Iterator[Finding]:
    """A name, or a pattern, that stands for a secret of the platform.

    An allowed name may be written with the slug or without.
    """
    patterns = {name, judged.names.parameter(name)}
    if not name.removeprefix("/").strip("*?/"):
        what = f"has '{shown(name)}', which names everything"
        yield wrong(pool, field, what, codes.PLATFORM_SECRET, "Name the secrets one by one.")
        return
    for secret in platform_secrets(judged):
        if any(fnmatchcase(secret, pattern) for pattern in patterns):
            what = f"has '{shown(name)}', which would give jobs praktika's own secret '{secret}'"
            yield wrong(pool, field, what, codes.PLATFORM_SECRET, "Remove it.")
            return


def _check_minter(minter: GitHubTokenMinter) -> Iterator[Finding]:
    if not minter.repositories:
        hint = 'Add repositories=["owner/name"].'
        what = "is empty: it would hand out tokens for nothing, or for everything"
        yield wrong(minter, "repositories", what, codes.BAD_REPOSITORY, hint)
    for name in minter.repositories:
        yield from _check_repository(minter, "repositories", name)
    for name, level in minter.permissions.items():
        if level not in _PERMISSIONS:
            what = f"gives '{shown(name)}' as {said(level)}"
            hint = did_you_mean(level, _PERMISSIONS) or "Use 'read' or 'write'."
            yield wrong(minter, "permissions", what, hint=hint)


def _check_repository(part: object, field: str, name: object) -> Iterator[Finding]:
    if not isinstance(name, str) or not _REPOSITORY.fullmatch(name):
        what = f"has {said(name)}, which is not the full name of a repository"
        hint = "Write 'owner/name'."
        yield wrong(part, field, what, codes.BAD_REPOSITORY, hint)  # type: ignore[arg-type]


def _check_orchestrators(judged: Judged) -> Iterator[Finding]:
    served = {
        name.casefold() for one in judged.project.github_token_minters for name in one.repositories
    }
    for pool in orchestrator_pools(judged.project):
        allowed = pool.ext.get("allowed_repositories") or []
        for name in allowed if isinstance(allowed, list | tuple) else [allowed]:
            found = list(_check_repository(pool, "ext", name))
            yield from found
            if not found and name.casefold() not in served:
                what = f"allows '{shown(name)}', for which no token minter has tokens"
                yield odd(pool, "ext", what, codes.NO_EFFECT)
