"""Machines as an installation starts them: the controller is a process, and AWS answers over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.aws_server import REGION, AwsServer
from tests.controller import metadata as services

from praktika.adapters.aws.queue import SqsQueue

ROOT = Path(__file__).parents[2]
SLUG = "team"
QUEUE = "tasks-small"
GROUP = "team-small"
LOGS = "/praktika/team/instances"

PACE = {
    "LEASE": "2",
    "WAIT": "1",
    "LOOK": "0.3",
    "REST": "0.3",
    "GRACE": "10",
    "START": "10",
    "NOTICES": "0.2",
    "SHIP": "0.2",
    "ROOM": "1",
}


def until(found: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What is found, as soon as it is there."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = found()
        if value:
            return value
        time.sleep(0.03)
    raise AssertionError("it did not happen")


@dataclass
class Machine:
    """A machine: its controller, and what it has left."""

    instance: str
    folder: Path
    metadata: services.Metadata
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self, **variables: str) -> None:
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "praktika_controller"],
                env={**self.environment, **variables},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def log(self) -> list[dict[str, Any]]:
        path = self.folder / "controller.log"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]

    def said(self, event: str) -> dict[str, Any]:
        """The line with that event, as soon as there is one."""
        try:
            return until(lambda: next((one for one in self.log if one["event"] == event), None))
        except AssertionError:
            output = (self.folder / "output").read_text()
            raise AssertionError(f"no {event} in {self.log}\n{output}") from None

    @property
    def notes(self) -> list[dict[str, Any]]:
        path = self.folder / "notes"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def noted(self, what: str, count: int = 1) -> list[dict[str, Any]]:
        """What children have written down of a kind, as soon as there is so much."""

        def found() -> list[dict[str, Any]] | None:
            those = [note for note in self.notes if note["what"] == what]
            return those if len(those) >= count else None

        try:
            return until(found)
        except AssertionError:
            output = (self.folder / "output").read_text()
            raise AssertionError(
                f"not {count} {what} in {self.notes}\n{self.log}\n{output}"
            ) from None

    def end(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(20)

    def wait(self) -> int:
        assert self.process is not None
        return self.process.wait(20)


@dataclass
class Scene:
    """An installation with one pool of runners."""

    server: AwsServer
    groups: AwsServer
    place: Path
    machines: list[Machine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.aws = self.server.clients()
        self.queue = SqsQueue(self.aws, SLUG)
        self.autoscaling = self.groups.session().client(
            "autoscaling", endpoint_url=self.groups.endpoint
        )
        self.logs = self.server.session().client("logs", endpoint_url=self.server.endpoint)
        self.aws.s3.create_bucket(
            Bucket=self.server.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        self.queue.create(QUEUE)
        self.logs.create_log_group(logGroupName=LOGS)
        self.key("AAAA")

    def key(self, text: str) -> None:
        name = f"/praktika/{SLUG}/public/task-key"
        self.aws.ssm.put_parameter(Name=name, Value=text, Type="String", Overwrite=True)

    def put(self, key: str, data: bytes) -> None:
        self.aws.s3.put_object(Bucket=self.server.bucket, Key=f"{SLUG}/blobs/{key}", Body=data)

    def give(self, *steps: str, run: str = "r") -> None:
        """A task for a stub."""
        self.queue.send(QUEUE, [json.dumps({"run": run, "do": steps}).encode()])

    def left(self) -> dict[str, int]:
        """How many tasks wait, and how many are leased."""
        name = self.queue.name(QUEUE)
        url = self.aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        both = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=both)["Attributes"]
        return {"waiting": int(found[both[0]]), "leased": int(found[both[1]])}

    def make_group(self, *, desired: int = 1, smallest: int = 0) -> list[str]:
        """The group of the pool; the ids of its machines."""
        ec2 = self.groups.session().client("ec2", endpoint_url=self.groups.endpoint)
        ec2.create_launch_template(
            LaunchTemplateName="template",
            LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "t4g.small"},
        )
        tags = {"praktika_project_slug": SLUG, "praktika_pool": "small"}
        self.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=GROUP,
            MinSize=smallest,
            MaxSize=10,
            DesiredCapacity=desired,
            AvailabilityZones=[f"{REGION}a"],
            LaunchTemplate={"LaunchTemplateName": "template"},
            NewInstancesProtectedFromScaleIn=True,
            Tags=[
                {"Key": key, "Value": value, "PropagateAtLaunch": True}
                for key, value in tags.items()
            ],
        )
        return self.instances()

    def group(self) -> dict[str, Any]:
        answer = self.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[GROUP])
        return answer["AutoScalingGroups"][0]

    def instances(self) -> list[str]:
        return [one["InstanceId"] for one in self.group()["Instances"]]

    def machine(self, stack: contextlib.ExitStack, instance: str = "i-1", **tags: str) -> Machine:
        """A machine that is still to be started."""
        folder = self.place / instance
        folder.mkdir()
        known = stack.enter_context(services.serve())
        known.paths |= {"meta-data/instance-id": instance, "meta-data/placement/region": REGION}
        said = {
            "praktika_role": "job_runner",
            "praktika_project_slug": SLUG,
            "praktika_pool": "small",
            "praktika_label": "small",
            "praktika_trust": "trusted",
            "praktika_queue": QUEUE,
            "praktika_asg": GROUP,
            "praktika_bucket": self.server.bucket,
            "praktika_log_group": LOGS,
        }
        known.tag(**said | tags)
        stub = folder / "python"
        stub.write_text(
            f'#!/bin/sh\nexec {sys.executable} {Path(__file__).with_name("stub.py")} "$@"\n'
        )
        stub.chmod(0o755)
        pace = {f"PRAKTIKA_CONTROLLER_{name}": value for name, value in PACE.items()}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT / "controller/src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": known.endpoint,
            "AWS_ENDPOINT_URL_AUTO_SCALING": self.groups.endpoint,
            "PRAKTIKA_CONTROLLER_STATE": str(folder / "state"),
            "PRAKTIKA_CONTROLLER_VENVS": str(folder / "venvs"),
            "PRAKTIKA_CONTROLLER_LOG": str(folder / "controller.log"),
            "PRAKTIKA_CONTROLLER_PYTHON": str(stub),
            "PRAKTIKA_CONTROLLER_DOCKER_SOCKET": str(folder / "docker.sock"),
            "STUB_NOTES": str(folder / "notes"),
            **self.server.environment(),
            **pace,
        }
        made = Machine(instance, folder, known, environment)
        self.machines.append(made)
        stack.callback(_stop, made)
        return made

    def shipped(self, instance: str) -> list[str]:
        """The lines of a machine that have reached CloudWatch Logs."""
        try:
            answer = self.logs.get_log_events(
                logGroupName=LOGS, logStreamName=instance, startFromHead=True
            )
        except self.logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"] for event in answer["events"]]


def _stop(machine: Machine) -> None:
    process = machine.process
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def scene(server: AwsServer, groups: AwsServer, place: Path) -> Iterator[Scene]:
    yield Scene(server, groups, place)
