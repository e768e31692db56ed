"""GitHubs for tests: one that is strict, one that says what it is told to; and clients of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.github.hub import Hub, serve
from tests.integration.github.client import SHOP, Client, token_of
from tests.scripted_http import ScriptedServer

from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import Transport
from praktika.adapters.memory import ManualClock


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def transport(server: ScriptedServer, clock: ManualClock) -> Iterator[Transport]:
    transport = Transport(Site.of(server.url), clock, timeout=5.0)
    yield transport
    transport.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """With the private repository acme/shop."""
    with serve(tmp_path / "github") as hub:
        hub.create_repository(SHOP, {"src/a.py": "a = 1\n", "run": "#!/bin/sh\n"}, private=True)
        yield hub


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a GitHub for all tests that change nothing there."""
    with serve(tmp_path_factory.mktemp("refusing")) as hub:
        hub.create_repository(SHOP)
        client = Client(hub, token_of(hub))
        yield client
        client.close()


@pytest.fixture
def client(hub: Hub) -> Iterator[Client]:
    """With a token for everything."""
    client = Client(hub, token_of(hub))
    yield client
    client.close()
