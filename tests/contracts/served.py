"""Stores that are written where they are and read over HTTP, as the runs of a server are."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from praktika.adapters.memory import (
    ManualClock,
    MemoryBlobs,
    MemoryJournal,
    MemoryQueue,
    MemorySecrets,
)
from praktika.adapters.server import Client, ServerBlobs, ServerJournal
from praktika.web.app import build_app
from praktika.web.http.listen import listen
from praktika.web.surface import Surface
from praktika.wiring.serving.books import StoredBooks
from praktika.wiring.stores import Pace, Stores

_RUN = "runs/r"


class Shelf:
    """A running server, and the stores that it serves at this moment."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.renew()

    def renew(self) -> None:
        """Serve stores in which there is nothing."""
        clock = ManualClock()
        self.stores = Stores(
            state=Path("nowhere"),
            journal=MemoryJournal(),
            queue=MemoryQueue(clock),
            blobs=MemoryBlobs(),
            secrets=MemorySecrets({}),
            clock=clock,
            pace=Pace(lease=15.0, wait=1.0),
        )
        self.books = StoredBooks(self.stores)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.books, name)


@contextmanager
def shelf() -> Iterator[Shelf]:
    """A server of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        served = Shelf(f"http://127.0.0.1:{listener.getsockname()[1]}")
        nothing: Any = None
        surface = Surface(
            books=served,
            desk=nothing,
            login_of={"token": "ann"}.get,
            health=nothing,
            measure=nothing,
        )
        over = threading.Event()
        log: Any = logging.getLogger("served")
        thread = threading.Thread(
            target=lambda: listen(
                build_app(surface, log), listener, while_true=lambda: not over.is_set()
            )
        )
        thread.start()
        yield served
        over.set()
        thread.join()


class ServedJournal(ServerJournal):
    """A journal that is appended to where it is."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(Client(shelf.url, "token"))
        self.append = shelf.stores.journal.append


class ServedBlobs(ServerBlobs):
    """Blobs of one run, which are stored where they are; keys are those below its folder."""

    def __init__(self, shelf: Shelf) -> None:
        super().__init__(Client(shelf.url, "token"))
        self._kept = shelf.stores.blobs

    def put(self, key, data, **tags):
        self._kept.put(f"{_RUN}/{key}", data, **tags)

    def create(self, key, data):
        self._kept.create(f"{_RUN}/{key}", data)

    def stream(self, key):
        return self._kept.stream(f"{_RUN}/{key}")

    def delete(self, key):
        self._kept.delete(f"{_RUN}/{key}")

    def get(self, key, start=0, end=None):
        return super().get(f"{_RUN}/{key}", start, end)

    def size(self, key):
        return super().size(f"{_RUN}/{key}")

    def fetch(self, key, path):
        super().fetch(f"{_RUN}/{key}", path)

    def list(self, prefix):
        found = super().list(f"{_RUN}/{prefix}" if prefix else _RUN)
        return [key.removeprefix(f"{_RUN}/") for key in found]
