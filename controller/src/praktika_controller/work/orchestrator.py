"""The life of an orchestrator's machine: praktika's loops in a child, for as long as there is work.

The child touches a file whenever it has dealt with something. A machine whose child has dealt with
nothing for a while, and whose pool has more machines than messages, ends its child first, looks
once more, and leaves.
"""

from __future__ import annotations

import time
from enum import Enum
from typing import Any

from praktika_controller.aws import AWS_ERRORS
from praktika_controller.faults import Sick
from praktika_controller.logs.journal import log
from praktika_controller.machine.notices import Notice
from praktika_controller.work.child import Child
from praktika_controller.work.station import Ended, Station
from praktika_controller.work.variables import variables

IDLE = "idle"
"""The file below the root that tells by its time when something was dealt with last."""

_TICK = 0.5
_SETTLED = 300.0
"""Seconds after which a child that dies had started well."""


class _Turn(Enum):
    DIED = "died"
    SPENT = "spent"
    ENDED = "ended"


class OrchestratorRole:
    """Keeps the loops of an installation going.

    Args:
        station: see `Station`.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._deaths = 0
        self._look_at = 0.0
        self._began = time.monotonic()
        self._installation: dict[str, Any] = {}

    def serve(self) -> None:
        """Work until this machine leaves, or the service is ended."""
        try:
            while not self._station.ending.is_asked:
                self._station.supervisor.alive()
                if self._turn():
                    return
        except Ended:
            log("service.ended")

    def _turn(self) -> bool:
        """Let a child work until something happens; whether the machine leaves."""
        station = self._station
        if station.notices.notice is not Notice.NONE:
            reason = f"this machine has to leave ({station.notices.notice.value})"
            return station.leave(reason, smaller=False) or self._rest(station.pace.rest)
        try:
            station.health.check()
            self._installation = station.bucket.document("installation.json")
        except Sick as sick:
            return station.replace(str(sick)) or self._rest(station.pace.rest)
        except AWS_ERRORS as error:
            log("installation.unknown", reason=str(error))
            return self._rest(station.pace.rest)
        began = time.monotonic()
        match self._work():
            case _Turn.DIED:
                return self._died(time.monotonic() - began)
            case _Turn.SPENT:
                return station.leaves_idle(self._queues(), self._idle(), self._jobs())
            case _Turn.ENDED:
                return False

    def _rest(self, seconds: float) -> bool:
        self._station.pause(seconds)
        return False

    def _died(self, lived: float) -> bool:
        if lived >= _SETTLED:
            self._deaths = 0
            self._station.health.worked()
        else:
            self._station.health.failed(f"the orchestrator died after {lived:.0f} s")
        pause = min(60.0, 2.0**self._deaths)
        self._deaths += 1
        return self._rest(pause)

    def _work(self) -> _Turn:
        station, places = self._station, self._station.places
        command = [
            *(str(places.python), "-P", "-m", "praktika"),
            *("orchestrator", "--installation"),
        ]
        given = variables(station.identity, places, self._installation)
        # Declarations are code of branches: they get neither the machine's role nor the network.
        del given["PRAKTIKA_JOB_USER"]
        given["PRAKTIKA_SANDBOX_USER"] = places.sandbox
        child = Child(command, given, places.root, station.sinks)
        log("orchestrator.started", pid=child.pid)
        station.supervisor.tell(STATUS="the orchestrator works")
        try:
            return self._watch(child)
        finally:
            child.close()

    def _watch(self, child: Child) -> _Turn:
        station = self._station
        while (code := child.wait(_TICK)) is None:
            station.supervisor.alive()
            if station.ending.is_asked or station.notices.notice is not Notice.NONE:
                self._end(child)
                return _Turn.ENDED
            if self._is_spent():
                self._end(child)
                return _Turn.SPENT
        log("orchestrator.died", code=code)
        return _Turn.DIED

    def _end(self, child: Child) -> None:
        child.terminate()
        deadline = time.monotonic() + self._station.pace.grace
        while child.wait(_TICK) is None and time.monotonic() < deadline:
            self._station.supervisor.alive()

    def _is_spent(self) -> bool:
        """Whether this machine has had nothing to do, and its pool does without it."""
        station, now, idle = self._station, time.monotonic(), self._idle()
        if now < self._look_at or not station.may_ask(idle):
            return False
        self._look_at = now + station.pace.look
        verdict = station.may_leave(self._queues(), idle, self._jobs())
        return verdict is not None and station.has_turn()

    def _idle(self) -> float:
        here = time.monotonic() - self._began
        try:
            touched = (self._station.places.root / IDLE).stat().st_mtime
        except OSError:
            return here
        return min(here, time.time() - touched)

    def _queues(self) -> list[str]:
        """The queues of this pool, as the installation says."""
        own = self._station.identity.pool
        return [queue for pool in self._pools() if pool.get("name") == own for queue in _of(pool)]

    def _jobs(self) -> list[str]:
        """The queues of all runners: what they do will be told of, and somebody has to be there.

        One orchestrator costs less than what people wait for another one to boot.
        """
        return [queue for pool in self._pools() if pool.get("label") for queue in _of(pool)]

    def _pools(self) -> list[dict[str, Any]]:
        pools = self._installation.get("pools") or []
        return [pool for pool in pools if isinstance(pool, dict)]


def _of(pool: dict[str, Any]) -> list[str]:
    return [str(queue) for queue in pool.get("queues") or ()]
