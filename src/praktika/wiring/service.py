"""A process that serves the runs of an installation: events, plans, alarms."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from structlog.typing import FilteringBoundLogger

from praktika.engine.run import Run
from praktika.errors import Absent, PraktikaError
from praktika.model.facts import Trust
from praktika.model.supply import Supply
from praktika.model.wire import WireError, decode
from praktika.orchestrator import names
from praktika.orchestrator.orchestrator import LEASE, Orchestrator
from praktika.orchestrator.surroundings import Surroundings
from praktika.ports.checkouts import Checkouts
from praktika.report import render
from praktika.wiring.checkouts import open_checkouts
from praktika.wiring.cloud.orchestrator.pools import CloudPools
from praktika.wiring.host import FRESH, Registration
from praktika.wiring.plans.planner import Planner
from praktika.wiring.stores import Stores

_THREADS = 2
"""While one makes a plan, the other goes on."""

_REST = 2.0
_SELDOM = 60.0
"""Seconds after which an alarm that another orchestrator has set is found at the latest."""


class Service:
    """Serves runs until it is told to end.

    Args:
        stores: of the installation.
        log: is told of trouble.
        checkouts: where commits come from; None means from remotes that need no token.
        announce: see `Surroundings`.
        pools: of the cloud that it serves; None where hosts of runners say themselves that they are
            there.
        nudge: see `Surroundings`.
    """

    def __init__(
        self,
        stores: Stores,
        log: FilteringBoundLogger,
        *,
        checkouts: Checkouts | None = None,
        announce: Callable[[str, Run], None] = lambda _run, _state: None,
        pools: CloudPools | None = None,
        nudge: Callable[[str], None] = lambda _queue: None,
    ) -> None:
        self._stores = stores
        self._log = log
        planner = Planner(stores, checkouts or open_checkouts())
        self._over = threading.Event()
        self._orchestrator = Orchestrator(
            Surroundings(
                journal=stores.journal,
                queue=stores.queue,
                blobs=stores.blobs,
                clock=stores.clock,
                inbox=names.INBOX,
                alarms=names.ALARMS,
                tasks=names.tasks,
                make_plan=planner.make_plan,
                settle=planner.settle,
                render=render,
                reports=names.REPORTS if pools else "",
                supply=pools.supply if pools else self._supply,
                hopeless=pools.hopeless if pools else lambda _label, _trust: "",
                announce=announce,
                nudge=nudge,
                on_bug=self._on_trouble,
            ),
            on_trouble=self._on_trouble,
            patient=True,
            lease=min(LEASE, stores.pace.lease),
        )

    def serve(self, *, while_true: Callable[[], bool]) -> None:
        """Serve until `while_true` says otherwise."""
        self.make_queues()
        turns = 1 if self._stores.is_remote else _THREADS  # each costs money while it waits
        actions: list[Callable[[], object]] = [self.turn] * turns + [self.ring]
        threads = [
            threading.Thread(target=self._again_and_again, args=(action,), daemon=True)
            for action in actions
        ]
        for thread in threads:
            thread.start()
        while while_true():
            time.sleep(0.1)
        # What was received and is not dealt with comes again, to another orchestrator.
        self._over.set()
        for thread in threads:
            thread.join(_REST)

    def make_queues(self) -> None:
        """Make the queues that `turn` and `ring` listen to; nothing if they are there."""
        for name in (names.INBOX, names.ALARMS):
            self._stores.queue.create(name)

    def turn(self, inbox: str = names.INBOX) -> int:
        """Deal with the events that are there, or wait a little; how many there were.

        Args:
            inbox: name of the queue to take them from.
        """
        return self._orchestrator.turn(wait=self._stores.pace.wait, inbox=inbox)

    def end(self) -> None:
        """Let nobody wait any more for what may come."""
        self._over.set()

    def ring(self) -> int:
        """Wake the runs whose time has come, or wait a little; how many alarms rang."""
        alarms = self._orchestrator.alarms
        if not self._stores.is_remote:
            return alarms.ring(wait=self._stores.pace.wait)
        # Waiting for a message costs a request every 20 seconds; waiting here costs nothing.
        look = self._stores.clock.monotonic() + _SELDOM
        while not self._over.is_set():
            rest = alarms.rest(look - self._stores.clock.monotonic())
            if rest <= 0:
                break
            self._over.wait(min(rest, 1.0))
        return alarms.ring(wait=_REST)

    def _again_and_again(self, action: Callable[[], object]) -> None:
        while not self._over.is_set():
            try:
                action()
            except Exception as error:  # noqa: BLE001 - the edge of the loop: it is logged
                self._on_trouble("", error)
                self._over.wait(_REST)
                if isinstance(error, Absent):  # somebody has removed them
                    with suppress(PraktikaError):
                        self.make_queues()

    def _on_trouble(self, run: str, error: Exception) -> None:
        if isinstance(error, PraktikaError | WireError):
            self._log.error("run.delayed", run=run, reason=str(error))
        else:
            self._log.error("run.failed", run=run, exc_info=error)

    def _supply(self, label: str, trust: Trust) -> Supply:
        """What the hosts of runners say of themselves."""
        now, found = self._stores.clock.now(), []
        folder = names.registration(label, "x", trust).rpartition("/")[0]
        for key in self._stores.blobs.list(folder):
            with suppress(Absent, WireError):
                found.append(decode(self._stores.blobs.get(key), Registration))
        fresh = [host for host in found if now - host.at < FRESH]
        runners = sum(host.count for host in fresh)
        return Supply(known=bool(found), runners=runners, maximum=runners or None)
