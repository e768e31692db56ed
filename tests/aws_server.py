"""An AWS API server for tests: one process for all of them, with an account for each test.

A 12-digit access key is an account of its own there, so tests never meet. Use the fixtures
`aws_server` and `aws` of `tests/conftest.py`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.light.clients import LightClients
from praktika.adapters.aws.light.services import EVERY
from praktika.adapters.aws.light.signing import Keys

if TYPE_CHECKING:
    import boto3

REGION = "eu-central-1"


@dataclass(frozen=True)
class AwsServer:
    """A running server.

    Attributes:
        endpoint: its URL.
        account: 12 digits: the access key of an account that nobody else uses.
    """

    endpoint: str
    account: str = field(default_factory=lambda: f"{secrets.randbelow(9 * 10**11) + 10**11}")

    @property
    def bucket(self) -> str:
        """A name for a bucket that no other test has."""
        return f"praktika-{self.account}"

    def anew(self) -> AwsServer:
        """The same server with another account, in which there is nothing."""
        return AwsServer(self.endpoint)

    def session(self, key: str = "", secret: str = "test", token: str = "") -> boto3.Session:
        import boto3  # a quarter of a second that most tests need not wait
        import botocore.session

        session = botocore.session.Session()
        session.register_component("data_loader", _loader())
        return boto3.Session(
            botocore_session=session,
            aws_access_key_id=key or self.account,
            aws_secret_access_key=secret,
            aws_session_token=token or None,
            region_name=REGION,
        )

    def clients(self, endpoint: str = "", **options: object) -> Clients:
        """Clients of praktika; `endpoint` may name a proxy in front of the server."""
        chosen = {"timeout": 30.0, "session": self.session(), **options}
        return Clients(REGION, endpoint=endpoint or self.endpoint, **chosen)

    def light(self, endpoint: str = "") -> LightClients:
        """The clients without boto3."""
        keys = Keys(access=self.account, secret="test")
        return LightClients(
            EVERY, REGION, endpoint=endpoint or self.endpoint, keys=keys, timeout=30.0
        )

    def environment(self) -> Mapping[str, str]:
        """Variables with which other processes find the server and the account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }


@functools.cache
def _loader() -> object:
    """Reads descriptions of services; shared, as each client takes a quarter of a second without."""
    import botocore.loaders

    return botocore.loaders.create_loader()


@contextlib.contextmanager
def serve(program: str = "", /, **settings: str) -> Iterator[AwsServer]:
    """A server of its own, for as long as the block lasts.

    Args:
        program: that starts it, instead of its own.
        settings: environment variables of the server, such as `AUTH="true"`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="aws-server-") as folder:
        log = Path(folder, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, program or Path(sys.executable).with_name("ministack")],
                env=_environment(folder, port, settings),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            server = AwsServer(f"http://127.0.0.1:{port}")
            _await(server.endpoint, process, log)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _environment(folder: str, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    foreign = ("AWS_", "MINISTACK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {
        **kept,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "STATE_DIR": f"{folder}/state",
        "S3_DATA_DIR": f"{folder}/s3",
        "LOG_LEVEL": "WARNING",
        **settings,
    }


def _await(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5),
        ):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the AWS API server did not start: {log.read_text()[-2000:]}")
