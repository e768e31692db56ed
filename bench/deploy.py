"""How long a deploy takes when nothing has changed, and what it asks of AWS.

    python bench/deploy.py

An AWS API server on this machine, and a proxy that counts. Beside it, in the same run: a process
that reads one parameter with boto3 and does nothing else.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from measure import in_turn, row, seconds
from tests import aws_cloud
from tests.aws_server import AwsServer, serve
from tests.faulty_proxy import FaultyProxy

EXAMPLE = Path(__file__).parents[1] / "tests" / "fixtures" / "infrastructure" / "full"
ACCOUNT = "123456789012"
READ = """
import boto3
boto3.client("ssm").get_parameter(Name="/praktika/praktika/manifest")
"""
PAPER = """
import sys
from praktika.cli.main import main
from praktika.infrastructure.bundles import Bundles

def build(self, name, folder):
    path = folder / name
    path.write_bytes(b"PK\\x05\\x06" + bytes(18))
    return path

Bundles.build = build  # nothing is downloaded for this measurement
main()
"""
APP = {"app-id": "1", "app-installation-id": "2", "app-key": "-----BEGIN PRIVATE KEY-----"}


def main() -> None:
    """Print the time beside that of one bare read, and the requests."""
    with (
        serve(aws_cloud.__file__) as server,
        tempfile.TemporaryDirectory() as folder,
        FaultyProxy(server.endpoint) as proxy,
    ):
        own = AwsServer(server.endpoint, ACCOUNT)
        place = Path(folder) / "checkout"
        shutil.copytree(EXAMPLE, place)
        around = {**own.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
        around |= {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
        around["PRAKTIKA_DEPLOY_PAUSE"] = "0.05"
        secrets = own.session().client(
            "secretsmanager", endpoint_url=server.endpoint, region_name="us-east-1"
        )
        secrets.create_secret(Name="praktika-gh-app", SecretString=json.dumps(APP))
        deploy = [sys.executable, "-c", PAPER, "infrastructure", "--deploy"]
        first = seconds(deploy, place, around)
        print(f"{'first deploy, 120 resources, server here':44} {first:9.3f} s")
        print(f"{'  its requests':44} {proxy.total:9}")
        command = [str(Path(sys.executable).with_name("praktika")), "infrastructure", "--deploy"]
        proxy.reset()
        seconds(command, place, around)
        print(
            f"{'requests of a deploy without changes':44} {proxy.total:9}     {dict(proxy.counts)}"
        )
        ours, bare = in_turn(
            lambda: seconds(command, place, around),
            lambda: seconds([sys.executable, "-c", READ], place, around),
        )
        row("deploy without changes", ours, bare, "one read with boto3", "budget 5 s")


if __name__ == "__main__":
    main()
