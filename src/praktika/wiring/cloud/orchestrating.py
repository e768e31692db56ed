"""`praktika orchestrator --installation`: all that the orchestrators of a cloud do, in one process.

What they know is in the stores, so any number of them may serve an installation, and any may die.
An installation that was deployed anew, or has another key, is served anew by the same process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from praktika.adapters.aws.signing import RequestSigner
from praktika.adapters.server.tokens import RemoteTokens
from praktika.errors import PraktikaError
from praktika.infrastructure.template.names import Names
from praktika.model.installation import Installation, Pool
from praktika.model.supply import Supply
from praktika.model.tokens import Attempt
from praktika.orchestrator import names
from praktika.patience import patiently
from praktika.wiring.cloud.idle import Idle
from praktika.wiring.cloud.installed import read_installation
from praktika.wiring.cloud.pools import CloudPools
from praktika.wiring.cloud.sealing import signing
from praktika.wiring.cloud.turns import Turns
from praktika.wiring.github.identity import with_broker
from praktika.wiring.github.installation import GitHub
from praktika.wiring.github.loops import STALE, announce_all, loops_of
from praktika.wiring.github.settings import reconcile_seconds
from praktika.wiring.service import Service
from praktika.wiring.serving.loops import Loop, Loops, again
from praktika.wiring.stores import Stores

_EVENTS = 2
"""While one makes a plan, the other goes on."""

_PLANNING = 600.0
_CLOCK = 60.0
"""Seconds between two looks at schedules, which the installation's clock tells of anyway."""

_ANEW = 300.0
"""Seconds after which a new deploy is noticed at the latest."""

_HEALTH = 300.0
_LOOK = 0.2
_END = 25.0
"""Seconds for what is being dealt with; the rest is given back, to other orchestrators."""


@dataclass(frozen=True, slots=True)
class Served:
    """What is served: the installation, and the key that signs its tasks.

    Attributes:
        installation: as it was deployed last.
        key: see `SigningKeys`.
    """

    installation: Installation
    key: str

    def __repr__(self) -> str:
        return f"Served({self.installation!r})"


def serve(
    root: Path, stores: Stores, log: FilteringBoundLogger, *, while_true: Callable[[], bool]
) -> None:
    """Serve until `while_true` says otherwise.

    Args:
        root: the folder for what this process keeps: it tells there when it was last busy.
        stores: of the installation, as they were deployed.
        log: is told of what happens.
        while_true: asked five times a second.

    Raises:
        OperatorError: there is no installation, or it cannot be worked with.
    """
    idle = Idle(root)
    served = read(stores)
    while while_true():
        served = _Orchestrating(served, stores, log).serve(idle, while_true)


def read(stores: Stores) -> Served:
    """What there is to serve now.

    Raises:
        PraktikaError: it cannot be read.
    """
    installation = read_installation(stores.blobs)
    name = Names(installation.project).task_key
    return Served(installation, patiently(lambda: stores.secrets.get(name, "aws parameter")))


class _Orchestrating:
    """Serves one installation, for as long as it is deployed like this.

    Args:
        served: see there.
        stores: as they were deployed.
        log: is told of what happens.
    """

    def __init__(self, served: Served, stores: Stores, log: FilteringBoundLogger) -> None:
        self._served = served
        self._unsigned = stores
        self._queue = signing(stores.queue, served.key, log)
        self._stores = replace(stores, queue=self._queue)
        self._log = log
        self._github = self._with_github()
        pools = CloudPools(served.installation.pools, _machines)
        self._service = Service(
            self._stores,
            log,
            checkouts=self._github.checkouts if self._github else None,
            announce=partial(announce_all, self._stores.queue),
            pools=pools,
        )

    def serve(self, idle: Idle, while_true: Callable[[], bool]) -> Served:
        """Serve until something else is deployed, or `while_true` says otherwise; what it is."""
        loops = Loops(self._loops(), self._log)
        loops.start()
        installation = self._served.installation
        self._log.info(
            "orchestrator.started", project=installation.project, version=installation.version
        )
        try:
            return self._until_anew(loops, idle, while_true)
        finally:
            self._service.end()
            loops.end(0.0)
            self._give_back()
            self._log.info("orchestrator.ended")

    def _give_back(self) -> None:
        """Wait for what is being dealt with, and give back what takes too long."""
        deadline = time.monotonic() + _END
        while self._queue.held() and time.monotonic() < deadline:
            time.sleep(_LOOK)
        for message in self._queue.held():
            self._log.warning("message.returned", queue=message.queue, of=message.group)
            with suppress(PraktikaError):
                self._queue.release(message)

    def _until_anew(self, loops: Loops, idle: Idle, while_true: Callable[[], bool]) -> Served:
        look = health = time.monotonic()
        while while_true():
            time.sleep(_LOOK)
            idle.look(loops)
            now = time.monotonic()
            if now - health > _HEALTH:
                health = now
                self._tell_health(loops)
            if now - look > _ANEW:
                look = now
                found = self._read()
                if found != self._served:
                    self._log.info("installation.changed")
                    return found
        return self._served

    def _read(self) -> Served:
        try:
            return read(self._unsigned)
        except PraktikaError as error:  # it goes on as it was
            self._log.error("installation.unread", reason=str(error))
            return self._served

    def _tell_health(self, loops: Loops) -> None:
        ill = {name: text for name, text in loops.health().items() if text != "ok"}
        handled = sum(pulse.handled for pulse in loops.pulses().values())
        self._log.info("orchestrator.health", ill=ill, handled=handled)

    def _loops(self) -> list[Loop]:
        service = self._service
        turns = [
            Loop(name=f"events {number}", serve=again(service.turn), stale=_PLANNING)
            for number in range(1, _EVENTS + 1)
        ]
        reports = partial(service.turn, names.REPORTS)
        return [
            *turns,
            Loop(name="reports", serve=again(reports), stale=_PLANNING),
            Loop(name="alarms", serve=again(service.ring), stale=_PLANNING),
            *self._of_github(),
        ]

    def _of_github(self) -> list[Loop]:
        github = self._github
        if github is None:
            return []
        every = reconcile_seconds()
        turns = Turns(self._stores.blobs, self._stores.clock, "reconciler", every)

        def reconcile() -> int:
            return github.reconcile() if turns.is_mine() else 0

        return [
            *loops_of(github, self._stores.pace.wait),
            Loop(name="schedules", serve=again(github.tick, _CLOCK), stale=STALE),
            Loop(name="reconciler", serve=again(reconcile, every / 10), stale=STALE + every),
        ]

    def _with_github(self) -> GitHub | None:
        """What is done with GitHub; None for an installation without."""
        installation = self._served.installation
        if not installation.app:
            return None
        attempt = Attempt(run="", job="", attempt=0)  # it speaks for itself
        signer = RequestSigner(installation.region)
        tokens = RemoteTokens(installation.api, signer, attempt, self._stores.clock)
        return GitHub(
            with_broker(installation.forge, installation.app, tokens, self._stores.clock),
            installation.repositories,
            self._stores,
            self._log,
            page=partial(page, installation),
        )


def page(installation: Installation, run: str) -> str:
    """The address of a run's page, "" where it is for people with credentials alone."""
    return f"{installation.pages}/{names.report(run)}" if installation.pages else ""


def _machines(pool: Pool) -> Supply:
    """What is known of the machines of a pool: how many there may be."""
    return Supply(maximum=pool.max_size)
