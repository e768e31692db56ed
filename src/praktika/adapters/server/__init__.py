"""Another praktika's stores and workflows, over its HTTP API; see `docs/server.md`.

Runs can be read, and asked for something. Everything else is the server's own business: Denied.
"""

from praktika.adapters.server.address import address
from praktika.adapters.server.blobs import ServerBlobs
from praktika.adapters.server.client import Client
from praktika.adapters.server.journal import ServerJournal, Summary
from praktika.adapters.server.queue import ServerQueue
from praktika.adapters.server.tokens import RemoteTokens
from praktika.adapters.server.workflows import ServerWorkflows

__all__ = [
    "Client",
    "RemoteTokens",
    "ServerBlobs",
    "ServerJournal",
    "ServerQueue",
    "ServerWorkflows",
    "Summary",
    "address",
]
