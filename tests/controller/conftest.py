"""Scenes for tests of the controller."""

from __future__ import annotations

import contextlib
import logging
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.aws_server import AwsServer
from tests.controller.scene import Machine, Scene


@pytest.fixture(scope="session")
def shared_groups() -> Iterator[AwsServer]:
    """A server of Auto Scaling and EC2: the other one is weak in these."""
    from moto.server import ThreadedMotoServer  # a second that most tests need not wait

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield AwsServer(f"http://{host}:{port}")
    server.stop()


@pytest.fixture
def scene(aws_server: AwsServer, shared_groups: AwsServer, tmp_path: Path) -> Scene:
    endpoint = f"{shared_groups.endpoint}/moto-api/reset"
    with urllib.request.urlopen(urllib.request.Request(endpoint, method="POST"), timeout=30):
        pass
    return Scene(aws_server, AwsServer(shared_groups.endpoint, aws_server.account), tmp_path)


@pytest.fixture
def machine(scene: Scene) -> Iterator[Callable[..., Machine]]:
    """What makes machines; they are gone after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda instance="i-1", **tags: scene.machine(stack, instance, **tags)
