"""What is kept between commands: the folder `.praktika/` of the checkout, or a place on AWS.

What another praktika keeps is opened by `wiring.server`.
"""

from __future__ import annotations

import importlib
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.git.call import STATE_DIR
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.secrets import LocalSecrets
from praktika.adapters.local.sqlite import Database
from praktika.errors import OperatorError
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.queue import Queue
from praktika.ports.secrets import Secrets
from praktika.wiring.backend import LOCAL, Backend, find_backend

if TYPE_CHECKING:
    from praktika.adapters.server import Summary

_DATABASE = "praktika.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often stores are asked.

    Attributes:
        lease: seconds that a task is leased for: so long does nobody notice a lost runner.
        wait: seconds to wait for messages in one request.
        look: seconds between two looks at what changes, for those who would look more often.
    """

    lease: float
    wait: float
    look: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where runs are kept.

    Attributes:
        state: the folder on this machine.
        pace: see `Pace`.
        is_remote: whether other machines share them.
        server: address of the praktika that serves these runs to us, "" where we could ourselves.
        summaries: where its newest runs stand, in one request; None where journals are at hand.
    """

    state: Path
    journal: Journal
    queue: Queue
    blobs: Blobs
    secrets: Secrets
    clock: Clock
    pace: Pace
    is_remote: bool = False
    server: str = ""
    summaries: Callable[[int], Sequence[Summary]] | None = None

    @property
    def host(self) -> str:
        """This machine and checkout, in words that tell it from others."""
        return f"{socket.gethostname()}:{self.state.parent}"

    def path(self, key: str) -> Path:
        """Where a person finds the blob of that key, once it was `brought`."""
        return self.state / key

    def brought(self, key: str) -> Path:
        """Where a person finds the blob of that key, which is brought there if it is elsewhere.

        Raises:
            Absent: there is no such blob.
        """
        place = self.path(key)
        if self.is_remote:
            place.parent.mkdir(parents=True, exist_ok=True)
            self.blobs.fetch(key, place)
        return place


def has_stores(root: Path) -> bool:
    """Whether praktika has kept anything for the checkout at `root`, or may have."""
    return find_backend(root).kind != LOCAL or (root / STATE_DIR / _DATABASE).exists()


def open_stores(root: Path, *, is_deployed: bool = False) -> Stores:
    """The stores of the checkout at `root`; on this machine they are made if they are not there.

    Args:
        root: of the checkout, or of nothing but the state.
        is_deployed: whether a deploy has made the queues, but for those of single runners.

    Raises:
        OperatorError: they cannot be made or opened.
    """
    backend = find_backend(root)
    state = root / STATE_DIR
    try:
        state.mkdir(exist_ok=True)
        ignore = state / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise OperatorError(f"{state} cannot be made: {error.strerror}") from error
    return (
        _on_this_machine(state)
        if backend.kind == LOCAL
        else _on_aws(state, backend, is_deployed=is_deployed)
    )


def create_stores(root: Path) -> None:
    """Make what is not made by being used: on AWS, the bucket; nothing if it is there.

    Raises:
        Denied: it may not be made.
    """
    backend = find_backend(root)
    if backend.kind != LOCAL:
        importlib.import_module("praktika.wiring.aws").set_up(backend)


def _on_this_machine(state: Path) -> Stores:
    clock = SystemClock()
    file = os.environ.get("PRAKTIKA_SECRETS_FILE", "")
    database = Database(state / _DATABASE)
    return Stores(
        state=state,
        journal=LocalJournal(database),
        queue=LocalQueue(database, clock),
        blobs=LocalBlobs(state),
        secrets=LocalSecrets(file=Path(file) if file else None),
        clock=clock,
        pace=Pace(lease=_lease(15.0), wait=1.0),
    )


def _on_aws(state: Path, backend: Backend, *, is_deployed: bool) -> Stores:
    # Loaded only where it is wanted: boto3 takes longer than everything else here.
    aws = importlib.import_module("praktika.wiring.aws")
    clock = SystemClock()
    journal, queue, blobs, secrets = aws.open_aws(backend, clock, is_deployed=is_deployed)
    lease = _lease(54.0)
    return Stores(
        state=state,
        journal=journal,
        queue=queue,
        blobs=blobs,
        secrets=secrets,
        clock=clock,
        pace=Pace(lease=lease, wait=min(20.0, lease)),
        is_remote=True,
    )


def _lease(default: float) -> float:
    """The seconds of a lease, which PRAKTIKA_LEASE may change.

    Raises:
        OperatorError: it is no number, or no sensible one.
    """
    text = os.environ.get("PRAKTIKA_LEASE", "")
    if not text:
        return default
    try:
        lease = float(text)
    except ValueError:
        lease = 0.0
    if not 1 <= lease <= 3600:
        raise OperatorError(f"PRAKTIKA_LEASE is '{text}'; it must be seconds from 1 to 3600")
    return lease
