"""The functions of an installation, as a cloud runs them: from their zips, by AWS's own runtime."""

import hashlib
import hmac
import http.client
import json
import uuid
from urllib.parse import urlsplit

import pytest
from tests.lambda_host import Deployed, LambdaHost, api_event

from praktika.adapters.aws.queue import SqsQueue
from praktika.infrastructure.bundles.functions import HANDLERS
from praktika.intake.names import NOTICES
from praktika.model.notices import Pushed, decode_notice

SLUG = "demo"
SECRET = "a webhook secret".replace(" ", "-")
PARAMETER = f"/praktika/{SLUG}/platform/webhook-secret"
SHOP = "acme/shop"
PUSH = {
    "ref": "refs/heads/main",
    "before": "0" * 40,
    "after": "a" * 40,
    "deleted": False,
    "repository": {"full_name": SHOP, "default_branch": "main"},
    "sender": {"login": "ada", "type": "User"},
}


def variables(**more):
    return {
        "PRAKTIKA_PROJECT_SLUG": SLUG,
        "PRAKTIKA_GITHUB_REPOSITORIES": SHOP,
        "PRAKTIKA_GITHUB_APP_ID": "7",
        "PRAKTIKA_WEBHOOK_SECRET_PARAMETER": PARAMETER,
        **more,
    }


class World:
    def __init__(self, host, aws, zips):
        self.host, self.aws, self.zips = host, aws, zips
        self.queue = SqsQueue(aws, SLUG)

    def deploy(self, name, **more):
        handler = f"{HANDLERS[name]}.handler"
        self.host.add(Deployed(name, self.zips[name], handler, variables(**more)))

    def put_secret(self, text):
        self.aws.ssm.put_parameter(Name=PARAMETER, Value=text, Type="SecureString", Overwrite=True)

    def deliver(self, body=None, *, secret=SECRET, delivery="", signature=None, event="push"):
        """Status and text of the answer to a webhook."""
        data = json.dumps(PUSH).encode() if body is None else body
        mac = hmac.new(secret.encode(), data, hashlib.sha256).hexdigest()
        headers = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
            "X-Hub-Signature-256": f"sha256={mac}" if signature is None else signature,
            "Content-Type": "application/json",
        }
        line = http.client.HTTPConnection(urlsplit(self.host.url).netloc)
        line.request("POST", "/webhooks/github", body=data, headers=headers)
        answer = line.getresponse()
        said = answer.read().decode()
        line.close()
        return answer.status, said

    def notices(self):
        found = self.queue.receive(NOTICES, limit=10)
        self.queue.ack(found)
        return [(one.group, decode_notice(one.body)) for one in found]


@pytest.fixture
def world(aws_server, aws, function_zips):
    with LambdaHost(aws_server) as host:
        made = World(host, aws, function_zips)
        made.queue.create(NOTICES)
        yield made


def test_a_push_is_queued_once_however_often_it_is_delivered(world):
    """Security 4: what is queued is what the intake's worker reads."""
    world.put_secret(SECRET)
    world.deploy("webhook")
    assert world.deliver(delivery="d-1") == (202, "queued")
    assert world.deliver(delivery="d-1") == (202, "queued")
    ((group, notice),) = world.notices()
    assert isinstance(notice, Pushed)
    assert (notice.repository, notice.branch, notice.sha) == (SHOP, "main", "a" * 40)
    assert group.startswith("acme-shop")
    assert world.host.lines("webhook", "webhook.queued")


def test_security_3_what_is_forged_is_refused_and_logged(world):
    world.put_secret(SECRET)
    world.deploy("webhook")
    assert world.deliver(secret="another-secret-of-somebody")[0] == 401
    assert world.deliver(signature="")[0] == 401
    assert world.notices() == []
    refused = world.host.lines("webhook", "webhook.refused")
    assert [line["status"] for line in refused] == [401, 401]
    assert SECRET not in world.host.output("webhook")


@pytest.mark.parametrize("secret", [None, " ", "short"])
def test_security_3_fault_8_without_a_secret_everything_is_refused(world, secret):
    if secret is not None:
        world.put_secret(secret)
    world.deploy("webhook")
    assert world.deliver(secret=secret or "")[0] == 503
    assert world.deliver(signature="")[0] == 503
    assert world.notices() == []
    assert world.host.lines("webhook", "webhook.closed")


def test_a_repository_that_is_not_served_starts_nothing(world):
    world.put_secret(SECRET)
    world.deploy("webhook")
    other = {**PUSH, "repository": {"full_name": "mallory/shop", "default_branch": "main"}}
    status, said = world.deliver(json.dumps(other).encode())
    assert status == 202
    assert "not ours" in said
    assert world.notices() == []


def test_a_webhook_whose_clock_cannot_be_nudged_is_queued_all_the_same(world):
    world.put_secret(SECRET)
    world.deploy("webhook", PRAKTIKA_TICK_FUNCTION="demo-tick")  # which is not deployed
    assert world.deliver()[0] == 202
    assert len(world.notices()) == 1
    assert world.host.lines("webhook", "nudge.failed")


def test_without_a_queue_github_is_told(world):
    world.put_secret(SECRET)
    world.queue.remove(NOTICES)
    world.deploy("webhook")
    assert world.deliver()[0] == 503


def test_an_event_that_the_api_did_not_send_is_none(world):
    world.put_secret(SECRET)
    world.deploy("webhook")
    assert world.host.invoke("webhook", {"nudge": []})["statusCode"] == 400


def test_a_body_in_base64_is_the_same_body(world):
    world.put_secret(SECRET)
    world.deploy("webhook")
    data = json.dumps(PUSH).encode()
    headers = {
        "x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), data, "sha256").hexdigest(),
        "x-github-event": "push",
        "x-github-delivery": "d",
        "content-type": "application/json",
    }
    event = api_event("/webhooks/github", headers, data, binary=True)
    assert world.host.invoke("webhook", event)["statusCode"] == 202


def test_a_function_that_was_killed_starts_anew(world):
    world.put_secret(SECRET)
    world.deploy("webhook")
    assert world.deliver()[0] == 202
    world.host.kill("webhook")
    assert world.deliver()[0] == 202
