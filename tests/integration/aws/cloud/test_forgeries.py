"""Whoever is not who he says he is, is refused, and nothing is run."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

import boto3
from tests.aws_server import REGION
from tests.integration.aws.cloud.cloud import Cloud, unit
from tests.integration.aws.cloud.deployed import LABEL
from tests.integration.github.town import workflow

from praktika.adapters.aws.signing import RequestSigner
from praktika.intake.names import NOTICES
from praktika.model.events import JobFinished
from praktika.model.result import Status
from praktika.model.task import Task
from praktika.model.wire import encode
from praktika.orchestrator import names

WEBHOOK = "/webhooks/github"
TOKENS = "/internal/v1/tokens"


def post(cloud: Cloud, path: str, body: bytes, headers: dict[str, str]) -> int:
    line = http.client.HTTPConnection(urlsplit(cloud.host.url).netloc, timeout=10)
    try:
        line.request("POST", path, body=body, headers=headers)
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()


def test_a_forged_webhook_does_nothing(cloud: Cloud):
    """Security 3."""
    body = json.dumps({"ref": "refs/heads/main", "repository": {"full_name": "team-1/shop"}})
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "1" * 8}
    for signature in ("", "sha256=" + "0" * 64, "sha1=" + "0" * 40):
        given = headers | ({"X-Hub-Signature-256": signature} if signature else {})
        assert post(cloud, WEBHOOK, body.encode(), given) == 401
    assert cloud.stores.queue.depth(NOTICES) == 0
    assert not cloud.dead(NOTICES)


def test_tokens_are_for_those_alone_whom_iam_knows(cloud: Cloud):
    """Faults 1 and 2."""
    asked = json.dumps(
        {"run": "", "job": "", "attempt": 0, "repository": "team-1/shop", "permissions": {"contents": "write"}}
    )  # fmt: skip
    before = len(cloud.hub.state.minted)
    for headers in ({}, {"Authorization": "Bearer x"}):
        assert post(cloud, TOKENS, asked.encode(), headers) == 403
    assert len(cloud.hub.state.minted) == before


def test_a_machine_that_runs_jobs_has_no_token_but_for_its_attempt(cloud: Cloud):
    """Faults 1 and 2: what it says of itself counts for nothing."""
    machine = cloud.fleet.of("small")[0]
    session = boto3.Session(machine.access, machine.secret)
    asked = json.dumps(
        {"run": "", "job": "", "attempt": 0, "repository": "team-1/shop", "permissions": {"contents": "write"}}
    ).encode()  # fmt: skip
    headers = RequestSigner(REGION, session)(f"{cloud.host.url}{TOKENS}", asked)
    assert post(cloud, TOKENS, asked, dict(headers)) == 403
    (refused,) = [
        line
        for line in cloud.host.lines("token-broker", "token.refused")
        if machine.instance in line["caller"]
    ]
    assert refused["reason"] == "a runner asks in an attempt's name"


def test_a_forged_task_is_refused(cloud: Cloud):
    """Security 19."""
    queue = names.tasks(LABEL)
    forged = encode(Task(run="run-1", job="build", attempt=1, inbox=names.REPORTS))
    mark = cloud.mark()
    cloud.stores.queue.send(queue, [forged])
    assert "not in an envelope" in cloud.logged("task.refused", queue, since=mark)
    assert cloud.until(lambda: cloud.dead(queue)) == [forged]
    assert cloud.stores.blobs.list("runs/run-1") == []


def test_what_a_runner_has_no_proof_for_is_refused(cloud: Cloud):
    """Security 9: another machine's job goes on as if nothing had happened."""
    main = workflow("push", unit(cloud.gate("proof")), name="Main", branches=["main"])
    shop = cloud.repository({"ci/workflows/main.py": main})
    sha = cloud.hub.commit(shop, "main", {"a": "a"})
    run = cloud.asked(shop, sha, "Main")
    cloud.machine_of(run)
    (key,) = cloud.run(run).jobs
    lie = encode(JobFinished(at=1.0, job=key, attempt=1, status=Status.FAIL, reason="no"))
    mark = cloud.mark()
    for body in (lie, encode({"v": 1, "body": lie.decode(), "proof": "x" * 44})):
        cloud.stores.queue.send(names.REPORTS, [body], group=run)
    cloud.logged("report.refused", run, "no proof", since=mark)
    assert len(cloud.until(lambda: cloud.dead(names.REPORTS))) >= 1
    cloud.open_gate("proof")
    assert cloud.green_once(shop, sha, "Main") == run
