"""A server of Auto Scaling and EC2 for tests; `tests/aws_server.py` is weak in these.

Machines there are at once what they are to be. It takes sizes over a group's maximum, and knows no
launch that failed: `failing` makes it tell of some.
"""

from __future__ import annotations

import contextlib
import logging
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.server import ThreadedMotoServer
from tests.aws_server import REGION, AwsServer

from praktika.adapters.aws.client import Clients

IMAGE = "ami-12c6146b"


@contextlib.contextmanager
def serve() -> Iterator[AwsServer]:
    """A server for as long as the block lasts; all accounts are one."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield AwsServer(f"http://{host}:{port}")
    finally:
        server.stop()


def reset(server: AwsServer) -> None:
    """Forget everything."""
    request = urllib.request.Request(f"{server.endpoint}/moto-api/reset", method="POST")
    with urllib.request.urlopen(request, timeout=30):
        pass


def make_group(aws: Clients, name: str, *, smallest: int = 0, largest: int = 100) -> None:
    """A group as a deploy makes it: its machines are protected, and nobody says how many."""
    template = {"ImageId": IMAGE, "InstanceType": "t4g.small"}
    ec2 = aws._client("ec2")
    ec2.create_launch_template(LaunchTemplateName=f"{name}-template", LaunchTemplateData=template)
    aws.groups.create_auto_scaling_group(
        AutoScalingGroupName=name,
        MinSize=smallest,
        MaxSize=largest,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateName": f"{name}-template"},
        NewInstancesProtectedFromScaleIn=True,
    )


@contextlib.contextmanager
def failing(group: str, begun: float, last: float) -> Iterator[None]:
    """Let a group's launches fail, as far as its activities tell; newest first, as AWS has it."""

    def told(self: AutoScalingResponse) -> ActionResult:
        if self._get_param("AutoScalingGroupName") != group:
            return ActionResult({"Activities": []})
        rows = [
            ("Terminating EC2 instance: i-1", "Successful", last + 1),
            ("Launching a new EC2 instance", "InProgress", last + 1),
            ("Launching a new EC2 instance", "Failed", last),
            ("Launching a new EC2 instance", "Failed", begun),
            ("Launching a new EC2 instance: i-1", "Successful", begun - 60),
            ("Launching a new EC2 instance", "Failed", begun - 600),
        ]
        return ActionResult({"Activities": [_activity(group, *row) for row in rows]})

    with patch.object(AutoScalingResponse, "describe_scaling_activities", told):
        yield


def _activity(group: str, what: str, status: str, at: float) -> dict[str, object]:
    return {
        "ActivityId": f"{at}",
        "AutoScalingGroupName": group,
        "Description": what,
        "Cause": "on purpose",
        "StartTime": datetime.fromtimestamp(at, UTC),
        "StatusCode": status,
        "StatusMessage": "Could not launch Spot Instances. UnfulfillableCapacity",
    }
