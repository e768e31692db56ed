"""Another praktika, reached over HTTP, in place of a checkout's own stores."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

from praktika.adapters.disk import os_fault
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory import MemorySecrets
from praktika.adapters.server import (
    Client,
    ServerBlobs,
    ServerJournal,
    ServerQueue,
    ServerWorkflows,
    address,
)
from praktika.adapters.server.address import INSECURE
from praktika.wiring.places import cache_folder
from praktika.wiring.remote.tokens import token_for
from praktika.wiring.stores import Pace, Stores

_LOOK = 0.5


def server_address(text: str) -> str:
    """The address of a server as tokens are kept for it.

    Raises:
        OperatorError: it is none, or a token would travel in the clear.
    """
    return address(text, insecure=os.environ.get(INSECURE, "") not in {"", "0"})


def open_server(text: str) -> Stores:
    """The stores of the server of that address: its runs can be read, and asked for something.

    Raises:
        OperatorError: it is no address, or there is no place for what is brought from there.
    """
    client = _client(text)
    journal = ServerJournal(client)
    return Stores(
        state=_state(client.base),
        journal=journal,
        queue=ServerQueue(client),
        blobs=ServerBlobs(client),
        secrets=MemorySecrets({}),
        clock=SystemClock(),
        pace=Pace(lease=15.0, wait=1.0, look=_LOOK),
        is_remote=True,
        server=client.base,
        summaries=journal.summaries,
    )


def open_workflows(text: str, token: str = "") -> ServerWorkflows:
    """What the server of that address can be asked to run.

    Args:
        text: the address.
        token: instead of the one that is kept for it.

    Raises:
        OperatorError: it is no address.
    """
    return ServerWorkflows(_client(text, token))


def _client(text: str, token: str = "") -> Client:
    base = server_address(text)
    return Client(base, token or token_for(base))


def _state(base: str) -> Path:
    """Where a person finds what was brought from a server."""
    slug = re.sub(r"[^a-z0-9.-]+", "-", base.partition("://")[2])[:60].strip("-.")
    place = cache_folder() / "servers" / f"{slug}-{sha256(base.encode()).hexdigest()[:8]}"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise os_fault(error, f"{place} cannot be made") from error
    return place
