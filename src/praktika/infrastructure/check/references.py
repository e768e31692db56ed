"""Components that others refer to by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from praktika.infrastructure.check.saying import Judged, wrong
from praktika.infrastructure.component import Component
from praktika.infrastructure.parts import name_of, parts
from praktika.pipeline import codes
from praktika.pipeline.check.sound import shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.finding import Finding, warning
from praktika.pipeline.suggest import did_you_mean

_REFERENCES: dict[str, dict[str, str]] = {
    "RunnerPool": {
        "image_builder": "image_builders",
        "ec2_role": "iam_roles",
        "instance_profile": "iam_instance_profiles",
    },
    "OrchestratorPool": {"image_builder": "image_builders"},
    "LaunchTemplate": {
        "image_builder": "image_builders",
        "iam_instance_profile_name": "iam_instance_profiles",
    },
    "AutoScalingGroup": {"launch_template_name": "launch_templates", "vpc_name": "vpcs"},
    "EC2Instance": {"iam_instance_profile_name": "iam_instance_profiles"},
    "IAMInstanceProfile": {"role_name": "iam_roles"},
    "Lambda": {"role_name": "iam_roles"},
    "ReportPage": {"bucket_name": "storages"},
}
"""By kind and field, the list of the project that has to have such a one."""

_IN_NETWORKS = ("RunnerPool", "OrchestratorPool", "CIDBCluster")
_NOUNS = {
    "image_builders": "image builder",
    "iam_roles": "role",
    "iam_instance_profiles": "instance profile",
    "launch_templates": "launch template",
    "storages": "storage",
    "vpcs": "network",
}


def check_references(judged: Judged) -> Iterator[Finding]:
    """Names of components that are not declared."""
    for part in parts(judged.project):
        for field, listed in _REFERENCES.get(part.KIND, {}).items():
            yield from _check(part, field, listed, judged)
        if part.KIND in _IN_NETWORKS:
            yield from _check_network(part, judged)
        if part.KIND in ("LaunchTemplate", "ImageBuilder"):
            yield from _check(part, "vpc_name", "vpcs", judged)
        if part.KIND == "IAMInstanceProfile" and not getattr(part, "role_name", ""):
            hint = "Add role_name=…, the name of an IAMRole."
            yield wrong(part, "role_name", "is missing", codes.MISSING_FIELD, hint)
    if judged.project.report_pages and not judged.project.storages:
        page = judged.project.report_pages[0]
        text = "A ReportPage needs a bucket, and no storage is declared."
        yield Finding(place_of(page), codes.UNKNOWN_COMPONENT, text, "Add storages=[…].")
    yield from _check_secrets(judged)


def _check(part: Component, field: str, where: str, judged: Judged) -> Iterator[Finding]:
    value = getattr(part, field)
    declared = [one for one in getattr(judged.project, where) if isinstance(one, Component)]
    if isinstance(value, Component):
        if all(one is not value and name_of(one) != name_of(value) for one in declared):
            what = f"is '{shown(name_of(value))}', which is not among the {where}"
            hint = f"Add it to {where}=[…]."
            yield wrong(part, field, what, codes.UNKNOWN_COMPONENT, hint)
        return
    if not value or (isinstance(value, str) and value.startswith("arn:")):
        return
    known = {name_of(one) for one in declared}
    if value not in known and value.removeprefix(f"{judged.names.slug}-") not in known:
        what = f"is '{shown(value)}', which is no declared {_NOUNS[where]}"
        hint = did_you_mean(value, known) or f"Add it to {where}=[…]."
        yield wrong(part, field, what, codes.UNKNOWN_COMPONENT, hint)


def _check_network(part: Any, judged: Judged) -> Iterator[Finding]:
    if part.vpc_name:
        yield from _check(part, "vpc_name", "vpcs", judged)
    elif len(judged.project.vpcs) != 1:
        count = len(judged.project.vpcs)
        why = "no network is declared" if not count else f"there are {count} networks"
        hint = "Add vpcs=[VPC.Config(…)]." if not count else "Add vpc_name=…."
        yield wrong(part, "vpc_name", f"is missing, and {why}", codes.UNKNOWN_COMPONENT, hint)


def _check_secrets(judged: Judged) -> Iterator[Finding]:
    """Names of secrets that nearly are those of declared ones; others may be there already."""
    declared = [name_of(one) for one in judged.project.secret_parameters]
    known = {*declared, *map(judged.names.parameter, declared)}
    for part in (*judged.project.runner_pools, *judged.project.lambda_functions):
        field = "allowed_ssm_parameters" if part.KIND == "RunnerPool" else "secrets"
        for name in getattr(part, field):
            hint = did_you_mean(name, known)
            if isinstance(name, str) and name not in known and hint and "*" not in name:
                text = f"'{field}' of {part.KIND} names '{shown(name)}', which is not declared."
                yield warning(place_of(part, field), codes.UNKNOWN_COMPONENT, text, hint)
