"""Clouds that every adapter of their ports is tried in."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.cloud import open_cloud as open_on_aws
from praktika.adapters.memory.cloud import World
from praktika.adapters.memory.cloud import open_cloud as open_in_memory
from praktika.adapters.memory.cloud.world import Thing
from praktika.ports.cloud.cloud import PROJECT_TAG, Cloud
from praktika.ports.cloud.stacks import ChangeSet, Proposal, Stack


@dataclass
class Clouds:
    """One cloud, which several projects share.

    Attributes:
        kind: "memory" or "aws".
        suffix: for names that all accounts share.
        world, aws: what is behind it.
    """

    kind: str
    suffix: str
    world: World
    aws: Clients

    def of(self, project: str) -> Cloud:
        if self.kind == "memory":
            return open_in_memory(self.world, project)
        return open_on_aws(self.aws, project)

    def bucket(self, project: str, name: str) -> str:
        """A bucket of a project, beside all stacks."""
        name = f"{name}-{self.suffix}"
        if self.kind == "memory":
            self.world.things["bucket", name] = Thing(tags={PROJECT_TAG: project})
            return name
        place: Any = {"LocationConstraint": self.aws.region}
        self.aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
        tags: Any = [{"Key": PROJECT_TAG, "Value": project}]
        self.aws.s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
        return name

    def log_group(self, name: str) -> None:
        if self.kind == "memory":
            self.world.things["log group", name] = Thing()
        else:
            self.aws.logs.create_log_group(logGroupName=name)


def template(**resources: Any) -> dict[str, Any]:
    """A template of these resources; each is its type and properties."""
    return {
        "Resources": {
            name: {"Type": kind, "Properties": properties, **more}
            for name, (kind, properties, more) in resources.items()
        }
    }


def queue(name: str, **properties: Any) -> tuple[str, Any, Any]:
    return ("AWS::SQS::Queue", {"QueueName": name, **properties}, {})


def ended(cloud: Cloud, name: str) -> Stack | None:
    """The stack, once nothing is done with it any more."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        stack = cloud.stacks.find(name)
        if stack is None or not stack.is_busy:
            return stack
        time.sleep(0.05)
    raise AssertionError(f"{name} is busy for ever")


def proposed(
    cloud: Cloud, name: str, text: str, parameters: Mapping[str, str] | None = None
) -> ChangeSet:
    stack = cloud.stacks.find(name)
    return cloud.changes.propose(
        Proposal(
            stack=name,
            is_new=stack is None or stack.is_proposal,
            template=text,
            parameters=parameters or {},
            tags={PROJECT_TAG: name.rpartition("-")[0]},
        )
    )


def made(
    cloud: Cloud, name: str, text: str, parameters: Mapping[str, str] | None = None
) -> Stack | None:
    cloud.changes.apply(proposed(cloud, name, text, parameters))
    return ended(cloud, name)
