"""What can only be allowed on everything, as AWS knows no narrower things for it.

Each with the reason; nothing else in this room has "*" for a thing that it allows.
"""

from __future__ import annotations

from typing import Final

from praktika.infrastructure.template.policies.statements import Statement, allow

_NO_THING = "AWS knows no kind of thing for it"
_SESSION = f"{_NO_THING}; it reaches nothing but the machine's own session channels"

REASONS: Final = {
    "autoscaling:DescribeAutoScalingGroups": f"{_NO_THING}; it only reads",
    "autoscaling:DescribeScalingActivities": f"{_NO_THING}; it only reads",
    "ec2:DescribeImages": f"{_NO_THING}; it only reads",
    "tag:GetResources": f"{_NO_THING}; it only reads",
    "sqs:ListQueues": f"{_NO_THING}; it tells names and nothing else",
    "ssmmessages:CreateControlChannel": _SESSION,
    "ssmmessages:CreateDataChannel": _SESSION,
    "ssmmessages:OpenControlChannel": _SESSION,
    "ssmmessages:OpenDataChannel": _SESSION,
    "ec2messages:AcknowledgeMessage": _SESSION,
    "ec2messages:DeleteMessage": _SESSION,
    "ec2messages:FailMessage": _SESSION,
    "ec2messages:GetEndpoint": _SESSION,
    "ec2messages:GetMessages": _SESSION,
    "ec2messages:SendReply": _SESSION,
    "secretsmanager:BatchGetSecretValue": (
        "AWS checks it on everything; each secret needs GetSecretValue besides"
    ),
}


def everywhere(sid: str, *actions: str) -> Statement:
    """A statement that allows actions on everything; each of them is in `REASONS`."""
    unexplained = [action for action in actions if action not in REASONS]
    if unexplained:
        raise ValueError(f"no reason to allow {unexplained[0]} on everything")
    return allow(sid, actions, ["*"])
