"""What is kept between commands: on one machine, the folder `.praktika/` of the checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.git import STATE_DIR
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.sqlite import Database
from praktika.errors import OperatorError
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.queue import Queue

_DATABASE = "praktika.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where runs are kept.

    Attributes:
        state: the folder on this machine.
    """

    state: Path
    journal: Journal
    queue: Queue
    blobs: Blobs
    clock: Clock

    def path(self, key: str) -> Path:
        """Where a person finds the blob of that key."""
        return self.state / key


def has_stores(root: Path) -> bool:
    """Whether praktika has kept anything in the checkout at `root`."""
    return (root / STATE_DIR / _DATABASE).exists()


def open_stores(root: Path) -> Stores:
    """The stores of the checkout at `root`; made when they are not there.

    Raises:
        OperatorError: they cannot be made or opened.
    """
    state = root / STATE_DIR
    try:
        state.mkdir(exist_ok=True)
        ignore = state / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise OperatorError(f"{state} cannot be made: {error.strerror}") from error
    clock = SystemClock()
    database = Database(state / _DATABASE)
    return Stores(
        state=state,
        journal=LocalJournal(database),
        queue=LocalQueue(database, clock),
        blobs=LocalBlobs(state),
        clock=clock,
    )
