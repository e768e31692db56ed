"""Components in the fields that are for them; others are reported and left out."""

from __future__ import annotations

from typing import Any, TypeVar

from praktika.infrastructure.component import Component
from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, said
from praktika.pipeline.declare.declared import Declared, place_of
from praktika.pipeline.finding import Finding

D = TypeVar("D", bound=Declared)

_LISTS: dict[str, dict[str, str]] = {
    "CloudInfrastructure": {
        "lambda_functions": "Lambda",
        "iam_instance_profiles": "IAMInstanceProfile",
        "dedicated_hosts": "DedicatedHost",
        "ec2_instances": "EC2Instance",
        "image_builders": "ImageBuilder",
        "launch_templates": "LaunchTemplate",
        "autoscaling_groups": "AutoScalingGroup",
        "sqs_queues": "SQSQueue",
        "iam_roles": "IAMRole",
        "secret_parameters": "SecretParameter",
        "storages": "Storage",
        "report_pages": "ReportPage",
        "vpcs": "VPC",
        "runner_pools": "RunnerPool",
        "github_token_minters": "GitHubTokenMinter",
        "pool_autoscalers": "PoolAutoscaler",
        "orchestrator_pools": "OrchestratorPool",
    },
    "VPC": {"subnets": "VPC.Subnet"},
    "ImageBuilder": {"prebuilt_venvs": "ImageBuilder.PrebuiltVenv"},
    "PoolAutoscaler": {"pools": "PoolAutoscaler.Pool"},
}
_SINGLE: dict[str, dict[str, str]] = {
    "CloudInfrastructure": {
        "orchestrator_pool": "OrchestratorPool",
        "cidb_cluster": "CIDBCluster",
    },
}
_OR_NAME: dict[str, dict[str, str]] = {
    "RunnerPool": {"image_builder": "ImageBuilder"},
    "OrchestratorPool": {"image_builder": "ImageBuilder"},
    "LaunchTemplate": {"image_builder": "ImageBuilder"},
}


def of_their_kinds(thing: D, findings: list[Finding]) -> D:
    """The object, or a copy without what stands in the wrong place."""
    made = thing.copy_shallow()
    kind = type(thing).KIND
    for field, wanted in _LISTS.get(kind, {}).items():
        items: list[Any] = list(getattr(thing, field))
        for index, one in enumerate(items):
            if not _is(one, wanted):
                findings.append(_wrong(thing, f"{field}[{index}]", one, wanted))
        right = [one for one in items if _is(one, wanted)]
        made.__dict__[field] = [of_their_kinds(one, findings) for one in right]
    for field, wanted in {**_SINGLE.get(kind, {}), **_OR_NAME.get(kind, {})}.items():
        value = getattr(thing, field)
        may_be_name = field in _OR_NAME.get(kind, {})
        is_right = value is None or _is(value, wanted) or (may_be_name and isinstance(value, str))
        if not is_right:
            findings.append(_wrong(thing, field, value, wanted))
            made.__dict__[field] = None
        elif isinstance(value, Declared) and not may_be_name:
            made.__dict__[field] = of_their_kinds(value, findings)
    return made


def _is(value: object, wanted: str) -> bool:
    return isinstance(value, Component) and wanted == value.KIND


def _wrong(thing: Declared, field: str, value: object, wanted: str) -> Finding:
    what = called(value) if isinstance(value, Declared) else said(value)
    text = f"'{field}' of {called(thing)} is {what}, not a {wanted}."
    hint = "Write '*' before a list to unpack it." if isinstance(value, list) else ""
    return Finding(place_of(thing, field.partition("[")[0]), codes.WRONG_TYPE, text, hint)
