"""Scenes for tests of the controller."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.aws_server import AwsServer
from tests.controller.scene import Machine, Scene


@pytest.fixture
def scene(aws_server: AwsServer, shared_moto_server: AwsServer, tmp_path: Path) -> Scene:
    from tests import moto_server  # a second that most tests need not wait

    moto_server.reset(shared_moto_server)
    return Scene(aws_server, AwsServer(shared_moto_server.endpoint, aws_server.account), tmp_path)


@pytest.fixture
def machine(scene: Scene) -> Iterator[Callable[..., Machine]]:
    """What makes machines; they are gone after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda instance="i-1", **tags: scene.machine(stack, instance, **tags)
