"""What orchestrators may: everything that a run consists of, and no secret but the key of tasks."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.infrastructure.template.policies import guard
from praktika.infrastructure.template.policies.arns import Arns
from praktika.infrastructure.template.policies.everywhere import everywhere
from praktika.infrastructure.template.policies.machines import CONSUME, SEND, Machines, life
from praktika.infrastructure.template.policies.statements import Statement, allow, deny

_OBJECTS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
)


def orchestrator(
    arns: Arns,
    machines: Machines,
    *,
    shared: Sequence[str],
    tasks: Sequence[str],
    more: Sequence[Statement] = (),
) -> list[Statement]:
    """The statements of the role of a pool of orchestrators.

    Args:
        arns: of the project.
        machines: of the pool.
        shared: the queues that orchestrators serve.
        tasks: the queues of all pools of runners.
        more: what the author adds; what is refused here stays so.
    """
    names = arns.names
    stores = [*arns.blobs("*"), *arns.own_objects("journal/*", "journal-index/*", "growing/*")]
    others = [*arns.queues(*tasks), *arns.graves(*shared, *tasks)]
    return [
        *life(arns, machines),
        allow("Serve", [*CONSUME, "sqs:SendMessage"], arns.queues(*shared)),
        allow("Dispatch", [*SEND, "sqs:GetQueueAttributes"], others),
        allow("Control", SEND, arns.controls("trusted", "untrusted")),
        allow("Stores", _OBJECTS, stores),
        allow("Look", ["s3:ListBucket"], [arns.bucket]),
        allow("Sign", ["ssm:GetParameter", "ssm:GetParameters"], arns.parameters(names.task_key)),
        allow("Nudge", ["lambda:InvokeFunction"], arns.functions("tick")),
        everywhere("Supply", "autoscaling:DescribeScalingActivities"),
        *more,
        *guard.no_rights(arns),
        guard.no_app_key(arns),
        deny("WebhookSecret", ["ssm:*"], arns.parameters(names.webhook_secret)),
        deny("ByPath", ["ssm:GetParametersByPath"], ["*"]),
        deny(
            "NotDeployed",
            ["s3:PutObject", "s3:DeleteObject"],
            [*arns.blobs("installation.json"), *arns.own_objects("code/*")],
        ),
    ]
