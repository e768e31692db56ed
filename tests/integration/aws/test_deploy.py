"""`praktika infrastructure` against an AWS API server over HTTP."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests import aws_cloud
from tests.aws_server import REGION, AwsServer, serve
from tests.faulty_proxy import FaultyProxy
from tests.paper_bundles import PaperBundles

from praktika.cli.console import Console
from praktika.cli.main import run
from praktika.sdk.settings import forget
from praktika.wiring.cloud import compiling

PROJECT = """
from praktika.infrastructure import VPC, CloudInfrastructure, Components, Storage

OrchestratorPool, RunnerPool = Components.OrchestratorPool, Components.RunnerPool

PROJECTS = [
    CloudInfrastructure.Config(
        name="{name}",
        vpcs=[VPC.Config(subnets=[VPC.Subnet(availability_zone="eu-central-1a")])],
        storages=[Storage.Config(name="artifacts-{account}", retention_days=30)],
        github_token_minters=[Components.GitHubTokenMinter(repositories=["acme/tiny"])],
        orchestrator_pool=OrchestratorPool(
            instance_type="t4g.small", scaling=OrchestratorPool.Scaling.Auto, max_size=1
        ),
        runner_pools=[
            RunnerPool(
                name="small",
                instance_type="t4g.small",
                scaling=RunnerPool.Scaling.Auto,
                max_size={size},
            ),
            RunnerPool(
                name="large",
                instance_type="{large}",
                scaling=RunnerPool.Scaling.Auto,
                max_size=4,
            ),
        ],
    )
]
"""
EXAMPLE = Path(__file__).parents[2] / "fixtures" / "infrastructure" / "full"
SETTINGS = """
PROJECT_SLUG = "{name}"
AWS_REGION = "eu-central-1"
AWS_ACCOUNT_ID = "{account}"
S3_ARTIFACT_BUCKET = "{name}-artifacts-{account}"
"""
WORKFLOW = """
from praktika import Job, Workflow

JOBS = [Job(name="one", runs_on=["small"], command="true")]
WORKFLOWS = [Workflow(name="w", event=Workflow.Event.PUSH, branches=["main"], jobs=JOBS)]
"""
APP = {
    "app-id": "12",
    "app-installation-id": "34",
    "app-key": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----",
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[AwsServer]:
    with serve(aws_cloud.__file__) as server:
        yield server


@dataclass
class Operator:
    """Somebody with a checkout and an account of their own."""

    root: Path
    server: AwsServer
    name: str = "tiny"
    lines: list[Any] = field(default_factory=list)
    said: str = ""

    def __post_init__(self) -> None:
        self.aws = self.server.clients()
        self.declare()

    def declare(self, *, size: int = 4, large: str = "c7g.xlarge") -> None:
        values = {"name": self.name, "account": self.server.account, "size": size, "large": large}
        files = {
            "infrastructure/projects.py": PROJECT,
            "settings/settings.py": SETTINGS,
            "workflows/w.py": WORKFLOW.replace("{", "{{").replace("}", "}}"),
        }
        for name, text in files.items():
            path = self.root / "ci" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(**values))

    def run(self, *arguments: str, code: int = 0) -> list[Any]:
        """What a command says, as JSON."""
        out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with _forgotten():
            console = Console(out, err, {})
            options = ["--json", "--project", self.name]
            got = run(console, ["-C", str(self.root), "infrastructure", *options, *arguments])
        out.seek(0)
        self.said = out.read() + err.getvalue()
        assert got == code, self.said
        self.lines = [json.loads(line) for line in self.said.splitlines() if line[:1] == "{"]
        return self.lines

    @property
    def bucket(self) -> str:
        return f"{self.name}-artifacts-{self.server.account}"

    def changed(self) -> set[str]:
        return {one["component"] for one in self.lines if one.get("subject") == "resource"}

    def suspended(self) -> dict[str, set[str]]:
        """What AWS does not do by itself, by the name of the group."""
        return {
            one["AutoScalingGroupName"]: {
                it["Value"] for it in one["Tags"] if it["Key"] == "suspended"
            }
            for one in self.aws.groups.describe_auto_scaling_groups()["AutoScalingGroups"]
        }

    def everything(self) -> dict[str, list[str]]:
        """All that there is in the account."""
        aws, session = self.aws, self.server.session()

        def client(name: str) -> Any:
            return session.client(name, endpoint_url=self.server.endpoint)

        return {
            "stacks": [one["StackName"] for one in aws.stacks.describe_stacks().get("Stacks", ())],
            "buckets": [one["Name"] for one in aws.s3.list_buckets().get("Buckets", ())],
            "parameters": [one["Name"] for one in aws.ssm.describe_parameters()["Parameters"]],
            "queues": aws.sqs.list_queues().get("QueueUrls", []),
            "log groups": [
                one["logGroupName"] for one in aws.logs.describe_log_groups()["logGroups"]
            ],
            "functions": [
                one["FunctionName"] for one in client("lambda").list_functions()["Functions"]
            ],
            "roles": [one["RoleName"] for one in client("iam").list_roles()["Roles"]],
            "groups": [
                one["AutoScalingGroupName"]
                for one in aws.groups.describe_auto_scaling_groups()["AutoScalingGroups"]
            ],
            "networks": [
                one["VpcId"] for one in aws.ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]
            ],
            "rules": [one["Name"] for one in client("events").list_rules()["Rules"]],
            "APIs": [one["Name"] for one in client("apigatewayv2").get_apis()["Items"]],
        }


@pytest.fixture
def operator(endpoint, tmp_path, monkeypatch) -> Operator:
    server = endpoint.anew()
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PRAKTIKA_DEPLOY_PAUSE", "0.05")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compiling, "Bundles", PaperBundles)
    made = Operator(tmp_path / "checkout", server)
    made.aws.secrets.create_secret(Name="tiny-gh-app", SecretString=json.dumps(APP))
    return made


class _forgotten:  # noqa: N801 - a context manager that reads like a verb
    """Whatever is loaded meanwhile is forgotten."""

    def __enter__(self) -> None:
        self.path, self.finders = list(sys.path), list(sys.meta_path)

    def __exit__(self, *_: object) -> None:
        forget()
        sys.path[:], sys.meta_path[:] = self.path, self.finders
        for name in [it for it in sys.modules if it.split(".")[0] in ("ci", "_praktika_loaded")]:
            del sys.modules[name]


def test_a_deploy_makes_what_is_declared_and_a_second_one_asks_once(operator, monkeypatch):
    (planned,) = operator.run("--deploy", "--plan")
    nothing = operator.everything()
    assert nothing["stacks"] == []
    assert nothing["parameters"] == []
    assert {one["deed"] for one in planned["changes"]} == {"add", "make", "upload"}
    assert planned["costs"]["idle"] < 5

    operator.run("--deploy")
    assert operator.lines[-1]["outcome"] == "deployed"
    assert {"RunnerPool:small", "RunnerPool:large"} <= operator.changed()
    found = operator.everything()
    assert set(found["stacks"]) == {"tiny-stateful", "tiny-runtime"}
    assert operator.bucket in found["buckets"]
    assert operator.suspended() == {name: {"AZRebalance"} for name in found["groups"]}
    assert {"tiny-webhook", "tiny-token-broker", "tiny-tick"} <= set(found["functions"])
    assert "/praktika/tiny/platform/webhook-secret" in found["parameters"]
    text = operator.aws.s3.get_object(Bucket=operator.bucket, Key="tiny/blobs/installation.json")[
        "Body"
    ].read()
    said = json.loads(text)
    assert said["app"] == "12"
    assert said["api"].startswith("http")
    assert {pool["name"] for pool in said["pools"]} >= {"small", "large"}

    with FaultyProxy(operator.server.endpoint) as proxy:
        monkeypatch.setenv("AWS_ENDPOINT_URL", proxy.endpoint)
        operator.run("--deploy")
        assert operator.lines == [{"outcome": "unchanged", "api": ""}]
        assert proxy.counts == {("ssm", "GetParameter"): 1}


def test_a_change_touches_its_component_and_no_other(operator):
    operator.run("--deploy")
    operator.declare(size=5, large="c7g.2xlarge")
    (planned,) = operator.run("--deploy", "--plan")
    assert {one["component"] for one in planned["changes"]} == {
        "RunnerPool:small",
        "RunnerPool:large",
    }
    operator.run("--deploy", "--only", "RunnerPool:small")
    assert operator.changed() == {"RunnerPool:small"}
    operator.run("--status")
    assert operator.lines[0]["changed"] == ["RunnerPool:large"]
    operator.run("--deploy")
    assert operator.changed() == {"RunnerPool:large"}
    operator.run("--status")
    assert operator.lines[0]["is_current"]


def test_destroying_the_runtime_keeps_the_data(operator):
    operator.run("--deploy")
    operator.aws.s3.put_object(Bucket=operator.bucket, Key="tiny/blobs/runs/1/x", Body=b"data")
    operator.run("--webhook", "--yes")
    secret = operator.lines[0]["secret"]
    operator.run("--destroy-runtime", "--yes")
    found = operator.everything()
    assert found["stacks"] == ["tiny-stateful"]
    assert (found["functions"], found["queues"], found["groups"]) == ([], [], [])
    data = operator.aws.s3.get_object(Bucket=operator.bucket, Key="tiny/blobs/runs/1/x")
    assert data["Body"].read() == b"data"
    operator.run("--deploy")
    operator.run("--webhook", "--yes")
    assert operator.lines[0]["secret"] == secret
    assert operator.lines[0]["url"].endswith("/webhooks/github")


def test_destroying_all_leaves_nothing_but_what_it_names(operator):
    """Fault 21: and nothing of a project whose name begins as this one's."""
    before = operator.everything()
    neighbour = {"Key": "praktika:project", "Value": "tiny-private"}
    operator.aws.ssm.put_parameter(
        Name="/praktika/tiny-private/manifest", Value="x", Type="String", Tags=[neighbour]
    )
    operator.aws.logs.create_log_group(logGroupName="/praktika/tiny-private/instances")
    operator.aws.sqs.create_queue(QueueName="tiny-control-events", tags={"praktika:project": "it"})
    theirs = operator.everything()
    operator.run("--deploy")
    operator.aws.sqs.create_queue(QueueName="tiny-control-trusted-i-0123456789abcdef0")
    operator.aws.logs.create_log_group(logGroupName="/praktika/tiny/functions/made-by-itself")
    operator.aws.s3.put_object(Bucket=operator.bucket, Key="tiny/blobs/runs/1/x", Body=b"data")
    operator.run("--destroy-all", "--yes")
    assert operator.lines[-1]["left"] == ["secret tiny-gh-app in Secrets Manager"]
    assert operator.everything() == theirs
    assert operator.everything() != before
    operator.run("--destroy-all", "--yes")
    assert operator.everything() == theirs
    operator.run("--deploy")
    assert operator.lines[-1]["outcome"] == "deployed"


def test_a_failed_deploy_says_why_and_the_next_one_begins_anew(operator, endpoint):
    stranger = endpoint.anew().clients()
    place = {"LocationConstraint": REGION}
    stranger.s3.create_bucket(Bucket=operator.bucket, CreateBucketConfiguration=place)
    operator.run("--deploy", code=3)
    error = operator.lines[-1]["error"]
    assert error.startswith("stack tiny-stateful: Storage:artifacts")
    assert "AWS::S3::Bucket" in error
    stranger.s3.delete_bucket(Bucket=operator.bucket)
    operator.run("--deploy")
    assert operator.lines[-1]["outcome"] == "deployed"


def test_machines_are_asked_to_leave(operator):
    operator.run("--deploy")
    operator.run("--restart-instances", "--only", "RunnerPool:small")
    assert operator.lines == [{"asked_to_leave": []}]


def test_the_full_example_is_deployed_and_taken_down(operator, endpoint, monkeypatch):
    """Its runtime template is too long for a request, so it goes through the bucket."""
    shutil.rmtree(operator.root)
    shutil.copytree(EXAMPLE, operator.root)
    operator.server, operator.name = AwsServer(endpoint.endpoint, "123456789012"), "Praktika"
    operator.aws = operator.server.clients()
    for name, value in {**operator.server.environment(), "AWS_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    secrets = operator.server.session().client(
        "secretsmanager", endpoint_url=endpoint.endpoint, region_name="us-east-1"
    )
    secrets.create_secret(Name="praktika-gh-app", SecretString=json.dumps(APP))
    (planned,) = operator.run("--deploy", "--plan")
    assert planned["costs"]["idle"] > 100
    operator.run("--deploy")
    assert operator.lines[-1]["outcome"] == "deployed"
    assert "docker-token" in operator.said
    assert "makes an image; machines that start later have it" in operator.said
    operator.run("--deploy")
    assert operator.lines[-1]["outcome"] == "unchanged"
    operator.run("--destroy-all", "--yes")
    assert operator.lines[-1]["left"] == ["secret praktika-gh-app in Secrets Manager"]
