"""An account with two projects in it, and callers that have taken on the roles of one of them.

The server checks signatures and policies, so what is denied here is denied by an evaluator that is
not ours. The projects are called "lab" and "lab-private" (fault 21).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from tests.aws_server import REGION, AwsServer

from praktika.infrastructure import VPC, CloudInfrastructure, Components
from praktika.infrastructure.template.compile import Compiled, compiled
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Place

DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AccessDeniedFault",
    "AWS.SimpleQueueService.AccessDenied",
}
API = "api0123456"
KEYS = ("deploy-key", "other-key")

Call = Callable[["Caller"], Any]


def declared(name: str) -> CloudInfrastructure.Config:
    """A project whose trusted pool may reach all that a declaration can give it."""
    subnet = VPC.Subnet(availability_zone=f"{REGION}a")
    sizes = {"instance_type": "t4g.medium", "scaling": "auto", "max_size": 5}
    everything = {
        "allow_all_ssm_parameters": True,
        "allow_all_secrets": True,
        "allow_all_s3_prefixes": True,
    }
    return CloudInfrastructure.Config(
        name=name,
        vpcs=[VPC.Config(subnets=[subnet])],
        runner_pools=[
            Components.RunnerPool(name="wide", **sizes, **everything),
            Components.RunnerPool(
                name="narrow",
                allowed_ssm_parameters=["deploy-key"],
                allowed_secrets=["signing"],
                allowed_s3_prefixes=["shared/tools"],
                **sizes,
            ),
            Components.RunnerPool(name="outside", untrusted=True, **sizes, **everything),
        ],
        orchestrator_pools=[Components.OrchestratorPool(name="orchestrators", **sizes)],
        github_token_minters=[Components.GitHubTokenMinter(repositories=["octo/app"])],
    )


class Caller:
    """Whoever has taken on a role; calls end in "allowed" or "denied".

    Attributes:
        bucket: of both projects.
        account: of both, too.
    """

    def __init__(self, server: AwsServer, session: Any) -> None:
        self.bucket, self.account = server.bucket, server.account
        self.client = cache(lambda name: session.client(name, endpoint_url=server.endpoint))

    def tries(self, call: Call) -> str:
        try:
            call(self)
        except ClientError as error:
            return "denied" if error.response["Error"]["Code"] in DENIED else "allowed"
        return "allowed"


class Scene:
    """The account.

    Attributes:
        server: whose account it is.
        policies: of each role of the first project, by its name there.
    """

    def __init__(self, server: AwsServer) -> None:
        self.server = server
        self._root = Caller(server, server.session())
        self.policies: dict[str, dict[str, Any]] = {}
        place = Place(region=REGION, account=server.account, bucket=server.bucket)
        projects = [
            compiled(Context(project=declared(name)), place, {}) for name in ("Lab", "Lab Private")
        ]
        self._store(projects)
        for project in projects:
            for queue in _of_kind(project, "SQS::Queue"):
                fifo = {"FifoQueue": "true"} if queue.get("FifoQueue") else {}
                self._root.client("sqs").create_queue(QueueName=queue["QueueName"], Attributes=fifo)
        self._add_roles(projects[0])
        self.caller = cache(self._caller)

    def simulated(self, role: str, action: str, thing: str) -> str:
        """What the evaluator says of an action that this server does not carry out."""
        policy = json.dumps(self.policies[f"lab-{role}-role"])
        answer = self._root.client("iam").simulate_custom_policy(
            PolicyInputList=[policy],
            ActionNames=[action],
            ResourceArns=[thing.format(account=self.server.account, region=REGION)],
        )
        decision = answer["EvaluationResults"][0]["EvalDecision"]
        return "allowed" if decision == "allowed" else "denied"

    def session(self, role: str) -> Any:
        """With the credentials of somebody who has taken on a role."""
        given = self._root.client("sts").assume_role(
            RoleArn=self._arn(role), RoleSessionName="i-0123456789abcdef0"
        )["Credentials"]
        return self.server.session(
            given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
        )

    def put(self, key: str, data: bytes) -> None:
        """Store an object, as nobody is kept from."""
        self._root.client("s3").put_object(Bucket=self._root.bucket, Key=key, Body=data)

    def add_group(self, name: str) -> None:
        """Make an Auto Scaling group without machines."""
        ec2, scaling = self._root.client("ec2"), self._root.client("autoscaling")
        ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-1"})
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name},
            MinSize=0,
            MaxSize=2,
            AvailabilityZones=[f"{REGION}a"],
        )

    def _caller(self, role: str) -> Caller:
        return Caller(self.server, self.session(role))

    def _arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.server.account}:role/praktika/lab/lab-{role}-role"

    def _add_roles(self, project: Compiled) -> None:
        iam = self._root.client("iam")
        root = f"arn:aws:iam::{self.server.account}:root"
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": root}}
        for role in _of_kind(project, "IAM::Role"):
            iam.create_role(
                RoleName=role["RoleName"],
                Path=role["Path"],
                AssumeRolePolicyDocument=json.dumps(
                    {"Version": "2012-10-17", "Statement": [trust]}
                ),
            )
            (policy,) = role["Policies"]
            document = _rendered(policy["PolicyDocument"])
            self.policies[role["RoleName"]] = document
            iam.put_role_policy(
                RoleName=role["RoleName"],
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(document),
            )

    def _store(self, projects: list[Compiled]) -> None:
        s3 = self._root.client("s3")
        s3.create_bucket(
            Bucket=self._root.bucket,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )
        for project in projects:
            names = project.names
            for key in ("installation.json", "runs/a/run.json", "runs/x-a/run.json"):
                name = f"{names.slug}/blobs/{key}"
                s3.put_object(Bucket=self._root.bucket, Key=name, Body=b"{}")
            for name in (names.webhook_secret, names.task_key, names.task_public_key, *KEYS):
                own = name if name.startswith("/") else names.own(name)
                self._root.client("ssm").put_parameter(Name=own, Value="x", Type="SecureString")
            for secret in (names.own("gh-app"), f"{names.slug}/token"):
                self._root.client("secretsmanager").create_secret(Name=secret, SecretString="{}")


def _of_kind(project: Compiled, kind: str) -> Iterator[dict[str, Any]]:
    for one in project.templates["runtime"]["Resources"].values():
        if one["Type"] == f"AWS::{kind}":
            yield one["Properties"]


def _rendered(document: dict[str, Any]) -> dict[str, Any]:
    """A policy as CloudFormation would hand it to IAM: the id of the API is filled in."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            if "Fn::Sub" in value:
                return value["Fn::Sub"].replace("${Api}", API)
            return {key: filled(one) for key, one in value.items()}
        return [filled(one) for one in value] if isinstance(value, list) else value

    return filled(document)


def get(key: str) -> Call:
    return lambda caller: caller.client("s3").get_object(Bucket=caller.bucket, Key=key)


def put(key: str) -> Call:
    return lambda caller: caller.client("s3").put_object(Bucket=caller.bucket, Key=key, Body=b"x")


def delete(key: str) -> Call:
    return lambda caller: caller.client("s3").delete_object(Bucket=caller.bucket, Key=key)


def look(prefix: str) -> Call:
    return lambda caller: caller.client("s3").list_objects_v2(Bucket=caller.bucket, Prefix=prefix)


def parameter(name: str) -> Call:
    return lambda caller: caller.client("ssm").get_parameter(Name=name, WithDecryption=True)


def by_path(path: str) -> Call:
    return lambda caller: caller.client("ssm").get_parameters_by_path(Path=path, Recursive=True)


def secret(name: str) -> Call:
    return lambda caller: caller.client("secretsmanager").get_secret_value(SecretId=name)


def send(queue: str) -> Call:
    more = {"MessageGroupId": "g", "MessageDeduplicationId": "d"} if queue.endswith("fifo") else {}
    return lambda caller: caller.client("sqs").send_message(
        QueueUrl=_url(caller, queue), MessageBody="x", **more
    )


def receive(queue: str) -> Call:
    return lambda caller: caller.client("sqs").receive_message(QueueUrl=_url(caller, queue))


def make(queue: str) -> Call:
    return lambda caller: caller.client("sqs").create_queue(QueueName=queue)


def depth(queue: str) -> Call:
    return lambda caller: caller.client("sqs").get_queue_attributes(
        QueueUrl=_url(caller, queue), AttributeNames=["ApproximateNumberOfMessages"]
    )


def _url(caller: Caller, queue: str) -> str:
    return f"{caller.client('sqs').meta.endpoint_url}/{caller.account}/{queue}"
