"""The function that hands out tokens, from its zip, before a GitHub that checks what they can do."""

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest
from tests.aws_server import REGION
from tests.github.hub import serve
from tests.lambda_host import Deployed, LambdaHost, Machine

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.light.signing import Keys, Letter, signed
from praktika.adapters.local.clock import SystemClock
from praktika.infrastructure.bundles.functions import HANDLERS
from praktika.model.events import Planned, RunRequested
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.plan import Job, Plan
from praktika.model.task import Claim
from praktika.model.wire import encode

SHOP, OTHER = "acme/shop", "acme/other"
ACCOUNT = "123456789012"
PATH = "/internal/v1/tokens"
RUNNER = Machine(
    "AKIDRUNNER", "s1", f"arn:aws:sts::{ACCOUNT}:assumed-role/demo-arm-role/i-0123456789abcdef0"
)
ORCHESTRATOR = Machine(
    "AKIDORCH", "s2", f"arn:aws:sts::{ACCOUNT}:assumed-role/demo-o-role/i-0fedcba9876543210"
)
STRANGER = Machine("AKIDSTRANGER", "s3", "")


def pool(name, role):
    return Pool(name=name, role=role, queues=("tasks-arm",), groups=(), max_size=1)


class World:
    def __init__(self, hub, host, aws, bucket):
        self.hub, self.host = hub, host
        self.blobs = S3Blobs(aws, bucket, "demo/")
        self.journal = S3Journal(aws, bucket, SystemClock(), "demo/")
        installation = Installation(
            project="demo",
            region=REGION,
            account=ACCOUNT,
            bucket=bucket,
            version="1",
            repositories=(SHOP, OTHER),
            pools=(pool("arm", "job_runner"), pool("o", "workflow_orchestrator")),
        )
        self.blobs.put(FILE, encode(installation))
        app = {"app-id": hub.app.id, "app-key": hub.app.private_key, "app-installation-id": "1"}
        aws.secrets.create_secret(Name="demo-gh-app", SecretString=json.dumps(app))
        host.trust(RUNNER)
        host.trust(ORCHESTRATOR)
        self.begin()

    def begin(self):
        """A run of one job, which the runner has claimed."""
        request = RunRequested(
            at=1.0,
            workflow="W",
            facts=Facts(repository=SHOP, local=False),
            subject=Subject(repository=SHOP, sha="a" * 40),
        )
        job = Job(key="unit", name="Unit", command="x", runs_on=("arm",))
        plan = Plan(workflow="W", event="push", jobs=(job,))
        self.journal.append("r", 0, [request, Planned(at=2.0, plan=plan)])
        claim = Claim(runner="trusted-i-0123456789abcdef0", message="m", token="t")
        self.blobs.put("runs/r/jobs/unit/1/claim", encode(claim))

    def post(self, machine, body, path=PATH):
        url, data = f"{self.host.url}{path}", json.dumps(body).encode()
        letter = Letter(
            method="POST", url=url, headers={"Content-Type": "application/json"}, body=data
        )
        keys = Keys(access=machine.access, secret=machine.secret)
        headers = signed(letter, keys, service="execute-api", region=REGION, at=time.time())
        return self.send(path, data, headers)

    def send(self, path, data, headers):
        line = http.client.HTTPConnection(urlsplit(self.host.url).netloc)
        line.request("POST", path, body=data, headers=headers)
        answer = line.getresponse()
        status, said = answer.status, json.loads(answer.read())
        line.close()
        return status, said

    def can(self, token, repository):
        """The status of reading the commits of a repository with a token."""
        line = http.client.HTTPConnection(urlsplit(self.hub.api_url).netloc)
        base = urlsplit(self.hub.api_url).path
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "test"}
        line.request("GET", f"{base}/repos/{repository}/commits/main", headers=headers)
        status = line.getresponse().status
        line.close()
        return status


def asked(**more):
    attempt = {"run": "r", "job": "unit", "attempt": 1, "repository": SHOP}
    return {**attempt, "permissions": {"contents": "read"}, **more}


@pytest.fixture
def world(aws_server, aws, bucket, function_zips, tmp_path):
    with serve(tmp_path / "github") as hub, LambdaHost(aws_server) as host:
        hub.create_repository(SHOP, {"a": "1"}, private=True)
        hub.create_repository(OTHER, {"a": "1"}, private=True)
        variables = {
            "PRAKTIKA_PROJECT_SLUG": "demo",
            "PRAKTIKA_S3_ARTIFACT_BUCKET": bucket,
            "PRAKTIKA_GITHUB_SECRET": "demo-gh-app",
            "PRAKTIKA_GITHUB_API": hub.api_url,
        }
        name = "token-broker"
        host.add(Deployed(name, function_zips[name], f"{HANDLERS[name]}.handler", variables))
        yield World(hub, host, aws, bucket)
        assert hub.violations == []


def test_security_18_faults_1_and_2_a_token_is_for_one_attempt_and_ends_with_it(world):
    status, said = world.post(RUNNER, asked())
    assert status == 200
    token = said["value"]
    assert (world.can(token, SHOP), world.can(token, OTHER)) == (200, 404)
    returned = {"run": "r", "job": "unit", "attempt": 1, "value": token}
    assert world.post(RUNNER, returned, f"{PATH}/revoke") == (200, {})
    assert world.can(token, SHOP) == 401
    assert token not in world.host.output("token-broker")
    assert "PRIVATE KEY" not in world.host.output("token-broker")


def test_what_is_not_signed_by_a_machine_of_ours_does_not_get_to_the_function(world):
    stolen = Machine(RUNNER.access, "guessed", "")
    assert world.post(STRANGER, asked())[0] == 403
    assert world.post(stolen, asked())[0] == 403
    assert world.send(PATH, json.dumps(asked()).encode(), {})[0] == 403
    assert world.host.output("token-broker") == ""


def test_an_attempt_that_was_not_claimed_and_a_direct_call_get_nothing(world):
    world.blobs.delete("runs/r/jobs/unit/1/claim")
    status, said = world.post(RUNNER, asked())
    assert status == 403
    assert "claimed" in said["error"]["text"]
    event = {"body": json.dumps(asked()), "rawPath": PATH, "headers": {}}
    assert world.host.invoke("token-broker", event)["statusCode"] == 403
    assert len(world.host.lines("token-broker", "token.refused")) == 2


def test_an_orchestrator_gets_a_token_for_checks(world):
    body = asked(run="", job="", attempt=0, permissions={"checks": "write"})
    assert world.post(ORCHESTRATOR, body)[0] == 200
    assert world.post(RUNNER, body)[0] == 403
