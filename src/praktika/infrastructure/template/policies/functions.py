"""What praktika's three functions may."""

from __future__ import annotations

from collections.abc import Sequence

from praktika.infrastructure.template.policies import guard
from praktika.infrastructure.template.policies.arns import Arns
from praktika.infrastructure.template.policies.everywhere import everywhere
from praktika.infrastructure.template.policies.machines import CONSUME, SEND
from praktika.infrastructure.template.policies.statements import Statement, allow

NOTICES = "notices.fifo"
EVENTS = "events.fifo"
ALARMS = "alarms"


def webhook(arns: Arns) -> list[Statement]:
    """Verify what GitHub says, queue it, and wake the tick function."""
    secret = arns.parameters(arns.names.webhook_secret)
    return [
        _logs(arns, "webhook"),
        allow("Secret", ["ssm:GetParameter"], secret),
        allow("Notices", SEND, arns.queues(NOTICES)),
        allow("Nudge", ["lambda:InvokeFunction"], arns.functions("tick")),
        *guard.no_rights(arns),
        guard.no_app_key(arns),
    ]


def broker(arns: Arns) -> list[Statement]:
    """Give tokens: the key of the app, and what says which attempt may have which."""
    slug = arns.names.slug
    claims = arns.blobs("installation.json", "runs/*/jobs/*/claim")
    prefixes = [f"{slug}/journal/*", f"{slug}/blobs/runs/*"]
    return [
        _logs(arns, "token-broker"),
        allow("AppKey", ["secretsmanager:GetSecretValue"], arns.secrets(arns.names.own(arns.app))),
        allow("Runs", ["s3:GetObject"], [*arns.own_objects("journal/*"), *claims]),
        allow(
            "Look",
            ["s3:ListBucket"],
            [arns.bucket],
            when={"StringLikeIfExists": {"s3:prefix": prefixes}},
        ),
        *guard.no_rights(arns),
    ]


def tick(
    arns: Arns, *, groups: Sequence[str], work: Sequence[str], shared: Sequence[str]
) -> list[Statement]:
    """Grow pools, ring alarms, tell of schedules, sweep queues of runners that are gone.

    Args:
        arns: of the project.
        groups: all Auto Scaling groups, by their names on AWS.
        work: the queues of tasks.
        shared: the queues that orchestrators serve.
    """
    seen = [*arns.queues(*work, *shared), *arns.graves(*work, *shared)]
    slug = arns.names.slug
    return [
        _logs(arns, "tick"),
        everywhere(
            "Groups",
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeScalingActivities",
        ),
        allow("Grow", ["autoscaling:SetDesiredCapacity"], arns.groups(*groups)),
        allow("Depths", ["sqs:GetQueueAttributes", "sqs:GetQueueUrl"], seen),
        allow("Alarms", [*CONSUME, "sqs:SendMessage"], arns.queues(ALARMS)),
        allow("Tell", SEND, [*arns.queues(EVENTS, NOTICES), *arns.graves(ALARMS)]),
        everywhere("Queues", "sqs:ListQueues"),
        allow(
            "Sweep",
            ["sqs:DeleteQueue", "sqs:GetQueueUrl"],
            arns.controls("trusted", "untrusted"),
        ),
        allow("Installation", ["s3:GetObject"], arns.blobs("installation.json", "forge/*")),
        allow("Schedules", ["s3:PutObject"], arns.blobs("forge/*")),
        allow(
            "Look",
            ["s3:ListBucket"],
            [arns.bucket],
            when={"StringLikeIfExists": {"s3:prefix": [f"{slug}/blobs/forge/*"]}},
        ),
        *guard.no_rights(arns),
        *guard.no_secrets_of_others(arns),
    ]


def own(arns: Arns, function: str, parameters: Sequence[str]) -> list[Statement]:
    """What an author's own function may before the author says more: log, read its secrets.

    Args:
        arns: of the project.
        function: as it was declared.
        parameters: whole names of the parameters whose values it may read.
    """
    made = [_logs(arns, function)]
    if parameters:
        made.append(
            allow(
                "Parameters",
                ["ssm:GetParameter", "ssm:GetParameters"],
                arns.parameters(*parameters),
            )
        )
    return [*made, *guard.no_rights(arns), *guard.no_secrets_of_others(arns)]


def _logs(arns: Arns, function: str) -> Statement:
    group = arns.names.function_logs(function)
    return allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], arns.logs(group))
