"""The parts of a tick. None of them knows another, and each may fail alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from praktika.adapters.aws.scaling.controls import ControlQueues
from praktika.errors import OperatorError, PraktikaError
from praktika.intake.ticker import Ticker
from praktika.model.installation import Installation
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.names import ALARMS
from praktika.ports.cloud.groups import Groups
from praktika.ports.log import Log
from praktika.ports.queue import Queue, dead_letters

ROUNDS = 30
"""Times that alarms are taken from their queue in one tick, ten at a time."""

SWEPT = 100
"""Queues that are removed in one tick, at most."""

DEAD = "letters.dead"
"""What is logged while a queue of dead letters is not empty; an alarm of the cloud counts it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """Rings alarms that are due; the runs that they wake go on when an orchestrator is there.

    Attributes:
        alarms: see there.
        wait: seconds to wait for one: without, SQS looks at some of its own machines only.
    """

    alarms: Alarms
    wait: float = 1.0

    def __call__(self, installation: Installation) -> None:
        """Ring those that there are."""
        if has_orchestrators(installation):
            for _ in range(ROUNDS):
                if not self.alarms.ring(wait=self.wait):
                    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedules:
    """Tells of schedules that are due, from the tables that orchestrators have stored."""

    ticker: Ticker
    log: Log

    def __call__(self, installation: Installation) -> None:
        """Look at each repository; one that fails keeps no other waiting.

        Raises:
            OperatorError: some could not be looked at.
        """
        if not has_orchestrators(installation):
            return
        failures: list[str] = []
        for repository in installation.repositories:
            try:
                told = self.ticker.look(repository)
            except PraktikaError as error:
                failures.append(f"{repository}: {error}")
            else:
                if told:
                    self.log.info("schedules.told", repository=repository, count=told)
        if failures:
            raise OperatorError(f"schedules could not be looked at: {'; '.join(failures)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetters:
    """Reports what nobody could deal with (fault 65)."""

    queue: Queue
    log: Log

    def __call__(self, installation: Installation) -> None:
        """Log each queue of dead letters in which there is something."""
        for name in queues_of(installation):
            grave = dead_letters(name)
            count = self.queue.depth(grave)
            if count:
                self.log.error(DEAD, queue=grave, count=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Removes the control queues of machines that are gone."""

    controls: ControlQueues
    groups: Groups
    queue: Queue
    log: Log = field(repr=False)

    def __call__(self, installation: Installation) -> None:
        """Remove some. Queues are listed first, so that no machine is newer than the list.

        Whoever has taken a machine over can make any number, and a tick does other things, too.
        """
        listening = self.controls.of_machines()
        if not listening:
            return
        names = [group for pool in installation.pools for group in pool.groups]
        known = self.groups.look(names).values()
        here = {machine.id for group in known for machine in group.machines}
        gone = ((name, machine) for name, machine in listening.items() if machine not in here)
        for name, machine in islice(gone, SWEPT):
            self.queue.remove(name)
            self.log.info("queue.swept", queue=name, machine=machine)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake:
    """Lets an orchestrator come where there is none: it looks for what no webhook has told."""

    groups: Groups
    log: Log = field(repr=False)

    def __call__(self, installation: Installation) -> None:
        """Let one come to each pool that has none."""
        for pool in installation.pools:
            if pool.role != "workflow_orchestrator" or pool.scaling == "disabled":
                continue
            found = self.groups.look(pool.groups)
            if any(group.desired for group in found.values()):
                continue
            for name in [name for name in pool.groups if name in found][:1]:
                self.groups.resize(name, min(1, pool.max_size))
                self.log.info("orchestrator.woken", pool=pool.name)


def has_orchestrators(installation: Installation) -> bool:
    """Whether there is anybody to wake."""
    return any(pool.role == "workflow_orchestrator" for pool in installation.pools)


def queues_of(installation: Installation) -> list[str]:
    """All queues that a deploy has made."""
    rung = [ALARMS] if has_orchestrators(installation) else []
    return list(dict.fromkeys([*rung, *(q for pool in installation.pools for q in pool.queues)]))


Part = Callable[[Installation], None]
"""Does one thing of a tick."""


def each(parts: Mapping[str, Part], installation: Installation, log: Log) -> dict[str, str]:
    """Do all parts; those that failed say why, in the log and here, by their names."""
    failures: dict[str, str] = {}
    for name, part in parts.items():
        try:
            part(installation)
        except Exception as error:
            log.exception("tick.part_failed", of=name, reason=str(error))
            failures[name] = str(error) or type(error).__name__
    return failures
