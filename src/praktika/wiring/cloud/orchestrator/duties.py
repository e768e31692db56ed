"""What an orchestrator of a cloud does, put together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from structlog.typing import FilteringBoundLogger

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.adapters.aws.scaling.nudge import FunctionNudge
from praktika.adapters.aws.signing import RequestSigner
from praktika.adapters.server.tokens import RemoteTokens
from praktika.infrastructure.template.names import Names
from praktika.model.installation import Installation
from praktika.model.tokens import Attempt
from praktika.orchestrator import names
from praktika.orchestrator.scaling.nudges import Nudges
from praktika.wiring.cloud.orchestrator.pools import CloudPools, machines_of
from praktika.wiring.cloud.orchestrator.turns import Turns
from praktika.wiring.cloud.sealing import signing
from praktika.wiring.github.identity import with_broker
from praktika.wiring.github.installation import GitHub
from praktika.wiring.github.loops import STALE, announce_all, loops_of
from praktika.wiring.github.settings import reconcile_seconds
from praktika.wiring.service import Service
from praktika.wiring.serving.loops import Loop, again
from praktika.wiring.stores import Stores

_EVENTS = 2
"""While one makes a plan, the other goes on."""

_PLANNING = 600.0
_CLOCK = 60.0
"""Seconds between two looks at schedules, which the installation's clock tells of anyway."""


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


class Duties:
    """What there is to do for one installation.

    Args:
        served: see there.
        stores: as they were deployed.
        log: is told of what happens.

    Attributes:
        queue: through which everything goes.

    Raises:
        OperatorError: the installation cannot be worked with.
    """

    def __init__(self, served: Served, stores: Stores, log: FilteringBoundLogger) -> None:
        installation = served.installation
        self._installation = installation
        self._log = log
        self.queue = signing(stores.queue, served.key, log)
        self._stores = replace(stores, queue=self.queue)
        self._github = self._with_github()
        clients = Clients(installation.region)
        tick = FunctionNudge(clients, Names(installation.project).own("tick"))
        self._nudges = Nudges(tick, self._unheard)
        self._service = Service(
            self._stores,
            log,
            checkouts=self._github.checkouts if self._github else None,
            announce=partial(announce_all, self.queue),
            pools=CloudPools(installation.pools, partial(machines_of, AwsGroups(clients))),
            nudge=self._nudges.nudge,
        )

    def loops(self) -> list[Loop]:
        """All that goes on."""
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

    def end(self) -> None:
        """Wait for nothing any more."""
        self._service.end()

    def close(self) -> None:
        """Tell what is still to be told."""
        self._nudges.close()

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
        installation, clock = self._installation, self._stores.clock
        if not installation.app:
            return None
        own = Attempt(run="", job="", attempt=0)  # it speaks for itself
        signer = RequestSigner(installation.region)
        tokens = RemoteTokens(installation.api, signer, own, clock)
        return GitHub(
            with_broker(installation.forge, installation.app, tokens, clock),
            installation.repositories,
            self._stores,
            self._log,
            page=partial(page, installation),
        )

    def _unheard(self, error: Exception) -> None:
        self._log.warning("nudge.failed", reason=str(error))


def page(installation: Installation, run: str) -> str:
    """The address of a run's page, "" where it is for people with credentials alone."""
    return f"{installation.pages}/{names.report(run)}" if installation.pages else ""
