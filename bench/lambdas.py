"""The functions of an installation: how they start, how they answer, what a quiet month costs.

    python bench/lambdas.py [--rounds 7]

Method, first table: each function runs from its zip, built for this machine, under AWS's own
runtime client, as a process with nothing else on its path but what the cloud's runtime has. The
import is measured within the process, before its first event, in as many processes as there are
rounds; the first and the warm call are whole ones, from the API to its answer, before an AWS
API server here. Zips hold no compiled modules, as in the cloud, so a start compiles them. The
peer, in turn with each, is `import boto3` and one client, from compiled modules. Medians.

Second table: requests to AWS of an hour in which nothing happens, counted at the client while 60
ticks are done, for a small and a large installation; and what they cost in a month of 730 hours at
the list prices of us-east-1, without free tiers. Machines that wait in reserve are on top.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import hmac
import json
import statistics
import sys
import tempfile
import time
import uuid
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.aws_server import AwsServer, serve  # noqa: E402 - the tests' own servers
from tests.lambda_host import Deployed, LambdaHost, api_event, here  # noqa: E402
from tests.moto_server import make_group  # noqa: E402
from tests.moto_server import serve as serve_groups  # noqa: E402

from praktika.adapters.aws.blobs import S3Blobs  # noqa: E402
from praktika.adapters.aws.client import Clients  # noqa: E402
from praktika.adapters.aws.light.wire import Wire  # noqa: E402
from praktika.adapters.aws.queue import SqsQueue  # noqa: E402
from praktika.adapters.aws.setup import create_bucket  # noqa: E402
from praktika.adapters.memory import ManualClock  # noqa: E402
from praktika.infrastructure.bundles import Bundles  # noqa: E402
from praktika.infrastructure.bundles.functions import HANDLERS  # noqa: E402
from praktika.infrastructure.bundles.wheels import Target  # noqa: E402
from praktika.lambdas.log import Lines  # noqa: E402
from praktika.lambdas.tick import tick_with  # noqa: E402
from praktika.lambdas.ticking.growing import LATE  # noqa: E402
from praktika.model.installation import FILE, Installation, Pool  # noqa: E402
from praktika.model.wire import encode  # noqa: E402
from praktika.orchestrator.names import ALARMS  # noqa: E402

SECRET = "a-secret-for-the-bench"
SHARED = (
    "events.fifo",
    "reports.fifo",
    "notices.fifo",
    "checks.fifo",
    "checks-later",
    "pages.fifo",
)
TIMED = """
import os, time
begun = time.perf_counter()
if os.environ["MODULE"] == "boto3":
    import boto3
    boto3.client("sqs", region_name="eu-central-1")
    rest = None
else:
    import importlib
    rest = importlib.import_module(os.environ["MODULE"]).handler
TOOK = time.perf_counter() - begun

def handler(event, context):
    return TOOK if event == "import" else rest(event, context)
"""
HOURS = 730
PRICES = {"sqs": 0.45e-6, "s3": 0.4e-6, "autoscaling": 0.0, "ssm": 0.0}
"""Dollars a request; of queues the mean of both kinds."""

CALL, GB_SECOND, MEMORY = 0.20e-6, 13.3334e-6, 0.25
STANDING = {"the secret of the GitHub App": 0.40, "two alarms": 0.20, "logs": 0.02}
"""Dollars a month, whatever happens."""


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with serve() as aws, serve_groups() as groups, tempfile.TemporaryDirectory() as folder:
        bundles = Bundles(functions=Target(*here()))
        zips = {name: _timed(bundles.build(name, Path(folder))) for name in HANDLERS}
        _starts(aws, groups, zips, rounds)
        for name, runners in (("small: 1 runner pool", 1), ("large: 8 runner pools", 8)):
            _quiet(aws.anew(), groups, name, runners)


def _timed(path: Path) -> Path:
    """The zip, with a module that measures its import."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("timed.py", TIMED)
    return path


def _starts(aws: AwsServer, groups: AwsServer, zips: dict[str, Path], rounds: int) -> None:
    clients = aws.clients()
    create_bucket(clients, aws.bucket)
    _installed(clients, groups.clients(), aws.bucket, "demo", 1)
    clients.ssm.put_parameter(Name="secret", Value=SECRET, Type="SecureString")
    print(f"{'function':14} {'zip':>9} {'import':>9} {'first':>9} {'warm':>9}   boto3 + client")
    with LambdaHost(aws) as host:
        for name, path in zips.items():
            ours, peer, first, warm = _measured(host, name, path, groups, rounds)
            print(
                f"{name:14} {path.stat().st_size / 1e6:6.2f} MB {ours * 1e3:6.0f} ms "
                f"{first * 1e3:6.0f} ms {warm * 1e3:6.1f} ms   {peer * 1e3:.0f} ms "
                f"({ours / peer:.2f} of it)"
            )


def _measured(
    host: LambdaHost, name: str, path: Path, groups: AwsServer, rounds: int
) -> tuple[float, float, float, float]:
    variables = {
        "PRAKTIKA_PROJECT_SLUG": "demo",
        "PRAKTIKA_S3_ARTIFACT_BUCKET": host.aws.bucket,
        "PRAKTIKA_GITHUB_REPOSITORIES": "acme/shop",
        "PRAKTIKA_WEBHOOK_SECRET_PARAMETER": "secret",
        "AWS_ENDPOINT_URL_AUTO_SCALING": groups.endpoint,
    }
    columns: list[tuple[float, float, float, float]] = []
    for _ in range(rounds):
        found = []
        for module in ("boto3", HANDLERS[name]):
            host.add(Deployed(name, path, "timed.handler", {**variables, "MODULE": module}))
            found.append(float(host.invoke(name, "import")))
        calls = [_seconds(host, name) for _ in range(11)]
        columns.append((found[1], found[0], calls[0], statistics.median(calls[1:])))
    ours, peer, first, warm = (statistics.median(column) for column in zip(*columns, strict=True))
    return ours, peer, first, warm


def _seconds(host: LambdaHost, name: str) -> float:
    event = _event(name)
    begun = time.perf_counter()
    host.invoke(name, event)
    waited = LATE if name == "tick" else 0.0  # between its two looks
    return time.perf_counter() - begun - waited


def _event(name: str) -> Any:
    """An event that a function deals with as most of its own."""
    if name == "tick":
        return {"nudge": ["arm-0"]}
    if name == "token-broker":  # GitHub is not part of this: somebody who may have none asks
        arn = "arn:aws:sts::123456789012:assumed-role/demo-arm-0-role/i-0123456789abcdef0"
        asked = {"run": "r", "job": "j", "attempt": 1, "repository": "acme/shop"}
        body = json.dumps({**asked, "permissions": {"contents": "read"}}).encode()
        return api_event("/internal/v1/tokens", {}, body, arn)
    return api_event("/webhooks/github", *_webhook())


def _webhook() -> tuple[dict[str, str], bytes]:
    push = {"ref": "refs/heads/main", "before": "0" * 40, "after": "a" * 40}
    repository = {"full_name": "acme/shop", "default_branch": "main"}
    body = json.dumps({**push, "repository": repository, "sender": {"login": "ada"}}).encode()
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {
        "x-github-event": "push",
        "x-github-delivery": str(uuid.uuid4()),
        "x-hub-signature-256": f"sha256={mac}",
    }, body


def _installed(aws: Clients, groups: Clients, bucket: str, slug: str, runners: int) -> Installation:
    """An installation in which nothing happens."""
    pools = [_pool(slug, f"arm-{number}", (f"tasks-arm-{number}",)) for number in range(runners)]
    pools.append(_pool(slug, "orchestrator", SHARED))
    queue = SqsQueue(aws, slug)
    for name in (ALARMS, *(name for pool in pools for name in pool.queues)):
        queue.create(name)
    for pool in pools:
        make_group(groups, pool.groups[0])
    installation = Installation(
        project=slug,
        region="eu-central-1",
        account="123456789012",
        bucket=bucket,
        version="1",
        repositories=("acme/shop",),
        pools=tuple(pools),
    )
    S3Blobs(aws, bucket, f"{slug}/").put(FILE, encode(installation))
    return installation


def _pool(slug: str, name: str, queues: tuple[str, ...]) -> Pool:
    role: Any = "workflow_orchestrator" if len(queues) > 1 else "job_runner"
    return Pool(name=name, role=role, queues=queues, groups=(f"{slug}-{name}",), max_size=50)


@contextlib.contextmanager
def _counted() -> Iterator[Counter[str]]:
    """Requests by service, as they are made."""
    counts: Counter[str] = Counter()
    send = Wire.send

    def counting(self: Wire, service: Any, letter: Any, operation: str) -> Any:
        counts[service.name] += 1
        return send(self, service, letter, operation)

    Wire.send = counting  # type: ignore[method-assign]
    try:
        yield counts
    finally:
        Wire.send = send  # type: ignore[method-assign]


def _quiet(aws: AwsServer, groups: AwsServer, name: str, runners: int) -> None:
    slug = f"quiet-{runners}"
    clients, light = aws.clients(), aws.light()
    create_bucket(clients, aws.bucket)
    _installed(clients, groups.clients(), aws.bucket, slug, runners)
    light._clients["autoscaling"] = groups.light().groups  # noqa: SLF001 - two servers for one
    clock = ManualClock()
    tick = tick_with(light, slug, aws.bucket, clock=clock, log=Lines())
    tick.handle({})  # the first one of a process asks for the URLs of queues
    took = []
    with _counted() as counts:
        for _ in range(60):
            clock.advance(60)
            begun = time.perf_counter()
            tick.handle({})
            took.append(time.perf_counter() - begun)
    second = statistics.median(took)
    month = 60 * HOURS
    bills = {
        "requests": sum(PRICES[service] * count * HOURS for service, count in counts.items()),
        "the tick function": month * (CALL + second * MEMORY * GB_SECOND),
        **STANDING,
    }
    print(f"\n{name}: {counts.total()} requests in a quiet hour ({dict(counts)})")
    print(f"  a tick takes {second:.2f} s, of which it waits 1 s for alarms")
    for what, dollars in bills.items():
        print(f"  {what:32} {dollars:6.2f} $ a month")
    print(f"  {'together (goal: under 5)':32} {sum(bills.values()):6.2f} $ a month")
    reserve = {"a runner in reserve": 1, "an orchestrator in reserve": len(SHARED) + 1}
    for what, queues in reserve.items():
        polls = queues * 180
        print(f"  {what:32} {polls * HOURS * PRICES['sqs']:6.2f} $ for {polls} polls an hour")


if __name__ == "__main__":
    main()
