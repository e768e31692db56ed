"""A GitHub, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.github.hub import Hub, serve
from tests.integration.github.client import SHOP, Client, token_of


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
