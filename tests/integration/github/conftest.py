"""A GitHub that says what it is told to, and a client of it."""

from collections.abc import Iterator

import pytest
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
