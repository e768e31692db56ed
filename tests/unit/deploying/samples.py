"""A small project, wanted in a cloud in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from praktika.adapters.memory.cloud import World, open_cloud
from praktika.infrastructure.deploying.deploy import Deployed, Surroundings, deploy
from praktika.infrastructure.deploying.lock import Me
from praktika.infrastructure.deploying.progress import Told
from praktika.infrastructure.deploying.wanted import Code, Wanted, digest_of, owned, text_of
from praktika.infrastructure.template.names import Names
from praktika.model.installation import Installation
from praktika.ports.cloud.cloud import Cloud

APP = '{"app-id": "12", "app-installation-id": 34, "app-key": "-----BEGIN RSA PRIVATE KEY-----"}'
ACCOUNT = "123456789012"


def queue(slug: str, name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{slug}-{name}", **more}}


def build(folder: Path) -> Path:
    file = folder / "function.zip"
    file.write_bytes(b"code")
    return file


def wanted(slug: str = "lab", *, code: str = "1", version: str = "0.2.0", **pools: Any) -> Wanted:
    """A project with a bucket, a function, and a queue for each pool, with its properties."""
    pools = pools or {"small": {}, "large": {}}
    bucket = f"{slug}-artifacts"
    stateful = {
        "Resources": {
            "Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": bucket},
                "DeletionPolicy": "Retain",
            }
        },
        "Outputs": {"BucketArn": {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}}},
    }
    runtime = {
        "Parameters": {"BucketArn": {"Type": "String"}, "CodeWebhook": {"Type": "String"}},
        "Resources": {
            "Webhook": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "FunctionName": f"{slug}-webhook",
                    "Code": {"S3Bucket": {"Ref": "BucketArn"}, "S3Key": {"Ref": "CodeWebhook"}},
                },
            },
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": f"/praktika/{slug}/instances"},
            },
            **{f"Queue{name.title()}": queue(slug, name, **more) for name, more in pools.items()},
        },
        "Outputs": {"ApiUrl": {"Value": "https://api.invalid"}},
    }
    owners = {f"Queue{name.title()}": f"RunnerPool:{name}" for name in pools}
    owners |= {"Webhook": "Installation:webhook", "Logs": "Installation:logs"}
    templates = {
        "stateful": owned(stateful, {"Bucket": "Storage:artifacts"}),
        "runtime": owned(runtime, owners),
    }
    hashes = {
        **{f"RunnerPool:{name}": digest_of(text_of(more).encode()) for name, more in pools.items()},
        "Storage:artifacts": digest_of(b"bucket"),
        "Installation:webhook": digest_of(code.encode()),
        "Installation:logs": digest_of(b"logs"),
    }
    return Wanted(
        names=Names(slug),
        version=version,
        templates=templates,
        handed=("BucketArn",),
        code=(
            Code(
                name="webhook",
                parameter="CodeWebhook",
                digest=digest_of(code.encode()),
                suffix=".zip",
                build=build,
            ),
        ),
        hashes=hashes,
        installation=Installation(
            project=slug, region="eu-central-1", account=ACCOUNT, bucket=bucket, version=version
        ),
        app_secret=f"{slug}-gh-app",
    )


@dataclass
class Room:
    """A cloud in memory, and a person who deploys."""

    world: World = field(default_factory=lambda: World(secrets={"lab-gh-app": APP}))
    told: list[Told] = field(default_factory=list)
    now: float = 1000.0
    alive: Callable[[int], bool] = lambda _: True
    pid: int = 1
    host: str = "here"
    may_end: bool = False

    @property
    def cloud(self) -> Cloud:
        return open_cloud(self.world, "lab")

    @property
    def around(self) -> Surroundings:
        me = Me(by="me", host=self.host, pid=self.pid, now=lambda: self.now, is_alive=self.alive)
        return Surroundings(me=me, tell=self.told.append, pause=0.0, may_end=self.may_end)

    def deploy(self, what: Wanted | None = None) -> Deployed:
        self.told.clear()
        return deploy(what or wanted(), self.cloud, self.around)

    def changed(self) -> set[tuple[str, str]]:
        return {(one.component, one.status) for one in self.told if one.subject == "resource"}

    def text(self) -> str:
        return "\n".join(one.text for one in self.told)

    def things(self) -> set[tuple[str, str]]:
        """All that there is, keys of objects included."""
        objects = {("object", key) for thing in self.world.things.values() for key in thing.objects}
        return set(self.world.things) | objects
