"""The life of a runner's machine: one task after another, each in a praktika of its own.

- A task is always somebody's: this process renews its lease until the child says that it does.
- A child that fails to start gives nothing to blame the author for; what a run asks for and cannot
  have is told by its job, and no machine is replaced for it (fault 23).
- A machine for code from outside does one task, and goes.
- A machine leaves between two tasks, never during one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from praktika_controller.aws import AWS_ERRORS
from praktika_controller.faults import Refused, Sick
from praktika_controller.logs.journal import log
from praktika_controller.machine.notices import Notice
from praktika_controller.queues import Leased
from praktika_controller.work.child import Child
from praktika_controller.work.environments import Environment, Environments, wanted
from praktika_controller.work.lease import Keeper
from praktika_controller.work.letter import Letter, run_of
from praktika_controller.work.station import Ended, Station
from praktika_controller.work.variables import task_key, variables

NO_VENV = "PRAKTIKA_NO_VENV"
"""The variable that says why a task cannot be run as its run asks: its attempt ends with that."""

_TICK = 0.5
_UNSETTLED = 75
"""The exit code of a runner that could not settle its task, as one whose lease was lost."""


class RunnerRole:
    """Serves the queue of tasks of this machine's pool.

    Args:
        station: see `Station`.
    """

    def __init__(self, station: Station) -> None:
        places, identity = station.places, station.identity
        self._station = station
        self._is_trusted = identity.trust == "trusted"
        self._environments = Environments(
            places.python,
            places.venvs,
            places.overlays,
            station.bucket,
            is_trusted=self._is_trusted,
        )
        self._variables: dict[str, str] = {}
        self._idle_since = self._look_at = time.monotonic()

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
        """Look around, and do a task if there is one; whether the machine leaves."""
        station = self._station
        if station.notices.notice is not Notice.NONE:
            reason = f"this machine has to leave ({station.notices.notice.value})"
            return station.leave(reason, smaller=False) or self._rest()
        try:
            station.health.check()
        except Sick as sick:
            return station.replace(str(sick)) or self._rest()
        try:
            self._variables = self._variables or self._find_variables()
            leased = self._receive()
        except AWS_ERRORS as error:
            log("task.unknown", reason=str(error))
            return self._rest()
        if leased is None:
            return self._leaves_idle()
        self._serve(leased)
        self._idle_since = time.monotonic()
        if self._is_trusted:
            return False
        return self._leaves_used()

    def _rest(self) -> bool:
        self._station.pause(self._station.pace.rest)
        return False

    def _find_variables(self) -> dict[str, str]:
        station = self._station
        installation = station.bucket.document("installation.json")
        found = variables(station.identity, station.places, installation)
        return {**found, "PRAKTIKA_TASK_KEY": task_key(station.aws, station.identity.project)}

    def _receive(self) -> Leased | None:
        station, pace = self._station, self._station.pace
        station.supervisor.tell(STATUS="waiting for a task")
        with station.ending.breakable():
            leased, date = station.queues.receive(
                station.identity.queue, lease=pace.lease, wait=pace.wait
            )
        station.health.heard(date)
        return leased

    def _serve(self, leased: Leased) -> None:
        """Deal with one task, or give it back."""
        station = self._station
        run = run_of(leased)
        log("task.leased", message=leased.id, run=run, deliveries=leased.deliveries)
        station.supervisor.tell(STATUS=f"a task of run {run}")
        with Keeper(station.queues, leased, station.pace.lease) as keeper:
            if station.notices.notice is not Notice.NONE:
                keeper.give_back()
                return
            try:
                environment, more = self._environment(run)
            except AWS_ERRORS as error:
                log("task.returned", message=leased.id, reason=str(error))
                keeper.give_back(int(station.pace.rest))
                return
            letter = Letter(station.places.letters / f"{leased.id}.json")
            try:
                letter.write(keeper.leased, station.pace.lease)
                self._run(letter, keeper, environment, more)
            except OSError as error:
                station.health.failed(str(error))
                keeper.give_back()
            finally:
                letter.remove()

    def _environment(self, run: str) -> tuple[Environment, Mapping[str, str]]:
        """How to start praktika for a run, and what it has to be told of that."""
        if not run:  # it sets aside what is no task
            return self._environments.platform, {}
        asked = wanted(self._station.bucket.document(f"runs/{run}/run.json"))
        try:
            return self._environments.choose(asked, self._variables.get("PATH", "")), {}
        except Refused as refused:
            log("task.refused", run=run, reason=str(refused))
            return self._environments.platform, {NO_VENV: str(refused)}

    def _run(
        self, letter: Letter, keeper: Keeper, environment: Environment, more: Mapping[str, str]
    ) -> None:
        station, places = self._station, self._station.places
        command = [
            *(str(environment.python), "-P", "-m", "praktika.cli.runner"),
            *("--root", str(places.root), "--parent", str(os.getpid())),
            *("--label", station.identity.label, "--trust", station.identity.trust),
            *("--work", station.identity.instance, "--message", str(letter.path)),
            station.identity.runner,
        ]
        given = {**self._variables, **environment.variables, **more}
        child = Child(command, given, places.root, station.sinks)
        try:
            code, was_asked = self._watch(child, keeper, letter)
        finally:
            child.close()
        fields = {"message": keeper.leased.id, "code": code, "taken": child.has_taken}
        if code == 0:
            station.health.worked()
            log("task.done", **fields)
            return
        log("task.returned", **fields)
        if was_asked or code == _UNSETTLED:
            keeper.give_back()
        elif child.has_taken and (code is None or code < 0):
            # It was killed, as by a job that takes all memory: that is not the machine's fault.
            keeper.give_back()
        else:
            station.health.failed(f"its runner ended with {code}")
            keeper.give_back(int(station.pace.rest))

    def _watch(self, child: Child, keeper: Keeper, letter: Letter) -> tuple[int | None, bool]:
        """A child's exit code, None if it has to be killed; and whether it was asked to end."""
        station, pace = self._station, self._station.pace
        latest = time.monotonic() + pace.start
        was_asked = False
        while (code := child.wait(_TICK)) is None:
            station.supervisor.alive()
            if child.has_taken:
                keeper.hand_over()
                latest = latest if was_asked else float("inf")
            elif keeper.is_lost:
                log("lease.lost", message=keeper.leased.id)
                return None, was_asked
            if time.monotonic() > latest:
                return None, was_asked
            reason = "" if was_asked else self._reason_to_end()
            if reason:
                letter.give_reason(reason)
                child.terminate()
                was_asked, latest = True, time.monotonic() + pace.grace
        return code, was_asked

    def _reason_to_end(self) -> str:
        """Why a task under way is given back, or ""."""
        if self._station.notices.notice is Notice.INTERRUPTION:
            return "AWS takes the runner's machine back (spot)"
        if self._station.ending.is_asked:
            return "the runner's machine was told to stop"
        return ""

    def _leaves_used(self) -> bool:
        """Whether a machine that has run code from outside is gone; it takes nothing more."""
        station = self._station
        reason = "it has done its one task"
        while True:
            shrinks = station.is_spare([station.identity.queue])
            if (shrinks and station.leave(reason, smaller=True)) or station.leave(
                reason, smaller=False
            ):
                return True
            self._rest()

    def _leaves_idle(self) -> bool:
        """Whether this machine leaves because there is nothing to do."""
        station, now = self._station, time.monotonic()
        idle = now - self._idle_since
        if now < self._look_at or not station.may_ask(idle):
            return False
        self._look_at = now + station.pace.look
        return station.has_turn() and station.leaves_idle([station.identity.queue], idle)
