"""What the machines of a pool may, runners and orchestrators alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from praktika.infrastructure.template.policies.arns import Arns
from praktika.infrastructure.template.policies.everywhere import everywhere
from praktika.infrastructure.template.policies.statements import Statement, allow

CONSUME = (
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:GetQueueUrl",
    "sqs:GetQueueAttributes",
)
SEND = ("sqs:SendMessage", "sqs:GetQueueUrl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """What the rights of a pool's machines depend on.

    Attributes:
        pool: its name.
        queue: that its machines take work from, at the port; "" for orchestrators.
        groups: its Auto Scaling groups, by their names on AWS.
        api: logical id of the API, "" if there is none.
        has_debug: whether people may open sessions on them.
    """

    pool: str
    groups: Sequence[str]
    queue: str = ""
    api: str = ""
    has_debug: bool = False


def life(arns: Arns, machines: Machines) -> list[Statement]:
    """Start, log, ask for tokens, leave; nothing of any other pool."""
    names = arns.names
    ending = ["autoscaling:TerminateInstanceInAutoScalingGroup", "autoscaling:SetInstanceHealth"]
    made = [
        allow(
            "Deployed",
            ["s3:GetObject"],
            [*arns.own_objects("code/*"), *arns.blobs("installation.json")],
        ),
        allow(
            "PublicKey",
            ["ssm:GetParameter", "ssm:GetParameters"],
            arns.parameters(names.task_public_key),
        ),
        allow("Leave", ending, arns.groups(*machines.groups)),
        everywhere("Groups", "autoscaling:DescribeAutoScalingGroups"),
        allow("LeaveInTurn", ["s3:PutObject"], arns.blobs(f"leaving/{machines.pool}/*")),
        allow(
            "Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], arns.logs(names.instance_logs)
        ),
    ]
    if machines.api:
        made.append(allow("Tokens", ["execute-api:Invoke"], arns.token_routes(machines.api)))
    return [*made, *_debug(arns)] if machines.has_debug else made


def _debug(arns: Arns) -> list[Statement]:
    """What the agent of Systems Manager needs for sessions, and nothing of its parameters."""
    place = arns.place
    machines = f"{arns.bucket.partition(':s3:')[0]}:ec2:{place.region}:{place.account}:instance/*"
    return [
        allow("Agent", ["ssm:UpdateInstanceInformation"], [machines]),
        everywhere(
            "Sessions",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ),
    ]
