"""GitHub, for contracts: the adapters on a hub of `tests/github`, with all that they need."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.github.hub import Hub, serve

from praktika.adapters.github.api import Api
from praktika.adapters.github.app import AppTokens, Signer
from praktika.adapters.github.board import GitHubBoard
from praktika.adapters.github.forge import GitHubForge
from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import Transport


class HubClock:
    """The time as the hub has it."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def now(self) -> float:
        return self._hub.clock.now()

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class GitHub:
    """A hub, and what praktika has of it."""

    hub: Hub
    transport: Transport
    tokens: AppTokens
    forge: GitHubForge
    board: GitHubBoard


@contextmanager
def github(folder: Path) -> Iterator[GitHub]:
    """A GitHub of a test's own. In the end, nothing was asked that its description forbids."""
    with serve(folder) as hub:
        clock = HubClock(hub)
        transport = Transport(Site.of(hub.api_url), clock, timeout=5.0)
        tokens = AppTokens(transport, Signer(str(hub.app.id), hub.app.private_key, clock), clock)
        api = Api(transport, tokens)
        try:
            yield GitHub(hub, transport, tokens, GitHubForge(api), GitHubBoard(api, tokens.app))
        finally:
            transport.close()
        assert hub.violations == []
