"""The shelf: what is kept of repositories, for those who only look at that and queue notices."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from praktika.errors import Absent
from praktika.intake.kept import keys
from praktika.model.routes import RoutingTable
from praktika.model.wire import WireError, decode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.queue import Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What is kept, and the queue of notices. There is no forge here, and no credentials for one.

    Attributes:
        queue, blobs, clock: see the ports.
    """

    queue: Queue
    blobs: Blobs
    clock: Clock

    def get(self, key: str) -> bytes | None:
        """A blob, if there is one."""
        with suppress(Absent):
            return patiently(lambda: self.blobs.get(key))
        return None

    def put(self, key: str, data: bytes) -> None:
        """Store a blob."""
        patiently(lambda: self.blobs.put(key, data))

    def table(self, repository: str) -> RoutingTable | None:
        """The routing table that was published last, if one was."""
        data = self.get(keys.table(repository))
        if data is None:
            return None
        try:
            return decode(data, RoutingTable)
        except WireError:  # of another version: it is compiled anew
            return None
