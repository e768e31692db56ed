"""`praktika orchestrator --installation`: all that the orchestrators of a cloud do, in one process.

What they know is in the stores, so any number of them may serve an installation, and any may die.
An installation that was deployed anew, or has another key, is served anew by the same process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from structlog.typing import FilteringBoundLogger

from praktika.errors import PraktikaError
from praktika.infrastructure.template.names import Names
from praktika.patience import patiently
from praktika.wiring.cloud.installed import read_installation
from praktika.wiring.cloud.orchestrator.duties import Duties, Served
from praktika.wiring.cloud.orchestrator.idle import Idle
from praktika.wiring.serving.loops import Loops
from praktika.wiring.stores import Stores

_ANEW = 300.0
"""Seconds after which a new deploy is noticed at the latest."""

_HEALTH = 300.0
_LOOK = 0.2
_END = 25.0
"""Seconds for what is being dealt with; the rest is given back, to other orchestrators."""


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
        self._stores = stores
        self._log = log
        self._duties = Duties(served, stores, log)
        self._queue = self._duties.queue

    def serve(self, idle: Idle, while_true: Callable[[], bool]) -> Served:
        """Serve until something else is deployed, or `while_true` says otherwise; what it is."""
        loops = Loops(self._duties.loops(), self._log)
        loops.start()
        installation = self._served.installation
        self._log.info(
            "orchestrator.started", project=installation.project, version=installation.version
        )
        try:
            return self._until_anew(loops, idle, while_true)
        finally:
            self._duties.end()
            loops.end(0.0)
            self._give_back()
            self._duties.close()
            self._log.info("orchestrator.ended")

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
            return read(self._stores)
        except PraktikaError as error:  # it goes on as it was
            self._log.error("installation.unread", reason=str(error))
            return self._served

    def _give_back(self) -> None:
        """Wait for what is being dealt with, and give back what takes too long."""
        deadline = time.monotonic() + _END
        while self._queue.held() and time.monotonic() < deadline:
            time.sleep(_LOOK)
        for message in self._queue.held():
            self._log.warning("message.returned", queue=message.queue, of=message.group)
            with suppress(PraktikaError):
                self._queue.release(message)

    def _tell_health(self, loops: Loops) -> None:
        self._log.info(
            "orchestrator.health",
            ill={name: text for name, text in loops.health().items() if text != "ok"},
            handled=sum(pulse.handled for pulse in loops.pulses().values()),
            held=len(self._queue.held()),
            refused=self._queue.custom.refused,
        )
