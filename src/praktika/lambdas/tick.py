"""The function that is called once a minute, and whenever somebody has queued something.

Nudged, it only looks whether the pools that were named need machines. Each part of a tick stands
alone; if any of them fails, the others are done, and then the function fails, which AWS counts.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.light.groups import LightAutoScaling
from praktika.adapters.aws.light.json_services import sqs
from praktika.adapters.aws.light.objects import LightS3
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.scaling.controls import ControlQueues
from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.errors import OperatorError
from praktika.intake.kept.shelf import Shelf
from praktika.intake.ticker import Ticker
from praktika.lambdas import surroundings
from praktika.lambdas.installed import Installed
from praktika.lambdas.log import Lines
from praktika.lambdas.surroundings import told
from praktika.lambdas.ticking.growing import Growing
from praktika.lambdas.ticking.parts import DeadLetters, Part, Rung, Schedules, Sweep, Wake, each
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.names import ALARMS
from praktika.ports.clock import Clock
from praktika.ports.log import Log

_SERVICES = {"autoscaling": LightAutoScaling, "s3": LightS3, "sqs": sqs}

DEAD_EVERY, SWEEP_EVERY = 5, 15
"""Minutes from one look to the next."""

WAKE_EVERY = 24 * 60
"""Minutes after which an orchestrator comes though nobody has called for one."""


class Tick:
    """What is done once a minute.

    Args:
        installed: what there is.
        growing: gives pools the machines that their queues need.
        parts: what else is done, by name, with the number of minutes from one time to the next.
        clock: tells the time.
        log: a line for what failed.
    """

    def __init__(
        self,
        installed: Installed,
        growing: Growing,
        parts: Mapping[str, tuple[int, Part]],
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._installed = installed
        self._growing = growing
        self._parts = parts
        self._clock = clock
        self._log = log

    def handle(self, event: Mapping[str, Any]) -> None:
        """Do what is due.

        Raises:
            OperatorError: some of it failed.
        """
        nudge = event.get("nudge")
        due: dict[str, Part] = {}
        if isinstance(nudge, list):
            due["growing"] = self._growing.only([str(name) for name in nudge])
        else:
            minute = int(self._clock.now() // 60)
            due |= {name: part for name, (every, part) in self._parts.items() if not minute % every}
            due["growing"] = self._growing
        failures = each(due, self._installed.now(), self._log)
        if failures:
            told = "; ".join(f"{name}: {reason}" for name, reason in failures.items())
            raise OperatorError(f"a tick has failed in part: {told}")


def tick_with(aws: Clients, slug: str, bucket: str, *, clock: Clock, log: Log) -> Tick:
    """A tick of one installation.

    Args:
        aws: clients with the function's rights.
        slug: of the project.
        bucket: of the installation.
        clock: tells the time.
        log: a line for what was done, and what failed.
    """
    queue, groups = SqsQueue(aws, slug), AwsGroups(aws)
    blobs = S3Blobs(aws, bucket, f"{slug}/")
    alarms = Alarms(
        queue, clock, ALARMS, lambda error: log.error("alarm.unreadable", reason=str(error))
    )
    ticker = Ticker(Shelf(queue=queue, blobs=blobs, clock=clock))
    sweep = Sweep(controls=ControlQueues(aws, slug), groups=groups, queue=queue, log=log)
    parts: dict[str, tuple[int, Part]] = {
        "alarms": (1, Rung(alarms=alarms)),
        "schedules": (1, Schedules(ticker=ticker, log=log)),
        "dead letters": (DEAD_EVERY, DeadLetters(queue=queue, log=log)),
        "sweep": (SWEEP_EVERY, sweep),
        "wake": (WAKE_EVERY, Wake(groups=groups, log=log)),
    }
    growing = Growing(groups=groups, queue=queue, clock=clock, log=log)
    return Tick(Installed(blobs, clock), growing, parts, clock=clock, log=log)


@functools.cache
def _tick() -> Tick:
    return tick_with(
        surroundings.clients(_SERVICES),
        told(surroundings.SLUG),
        told(surroundings.BUCKET),
        clock=surroundings.FunctionClock(),
        log=Lines(part="tick"),
    )


def handler(event: Mapping[str, Any], _context: object) -> None:
    """What the cloud calls."""
    _tick().handle(event)
