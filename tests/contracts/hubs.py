"""GitHub, for contracts: the adapters on a hub of `tests/github`, with all that they need."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.github.hub import Hub, serve

from praktika.adapters.github.api import Api
from praktika.adapters.github.app import AppTokens, Signer
from praktika.adapters.github.board import GitHubBoard
from praktika.adapters.github.forge import GitHubForge
from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import Transport


class HubClock:
    """The time as the hub has it that was made last."""

    hub: Hub

    def now(self) -> float:
        return self.hub.clock.now()

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
        signer, clock = _signer(str(hub.app.id), hub.app.private_key)
        clock.hub = hub
        transport = Transport(Site.of(hub.api_url), clock, timeout=5.0)
        tokens = AppTokens(transport, signer, clock)
        api = Api(transport, tokens)
        try:
            yield GitHub(hub, transport, tokens, GitHubForge(api), GitHubBoard(api, tokens.app))
        finally:
            transport.close()
        assert not hub.violations, hub.violations


@cache
def _signer(app: str, key: str) -> tuple[Signer, HubClock]:
    """One for all tests: reading a key takes longer than most of them."""
    clock = HubClock()
    return Signer(app, key, clock), clock
