"""What an orchestrator works with, and who watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from praktika.engine.run import Run
from praktika.model.events import AnyEvent, RunRequested
from praktika.model.facts import Trust
from praktika.model.plan import Plan
from praktika.model.result import Result
from praktika.model.supply import Supply
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.queue import Queue


class Observer(Protocol):
    """Somebody who watches a run."""

    def saw(self, run: Run, event: AnyEvent) -> None:
        """The run has moved by this event, which is in its journal."""

    def concluded(self, run: Run, result: Result) -> None:
        """The run is over."""


def _raised(_run: str, error: Exception) -> None:
    raise error


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an orchestrator works with.

    Attributes:
        journal, queue, blobs, clock: see the ports.
        inbox: name of the queue of events that it serves.
        reports: name of the queue in which runners tell of their attempts; "" means each run's own
            queue of events.
        alarms: name of the queue of alarms.
        tasks: name of the queue of tasks for a label, of trusted or untrusted code.
        make_plan: compiles the declaration, finds the workflow and decides on its jobs, see
            `planning`; raises PraktikaError.
        render: the page of a Result.
        supply: how the pool that serves a label and such code is supplied with runners.
        hopeless: why no runner will ever take a job with that label and such code; "" if one may.
        lost: names of runners that ended without being asked to, each told once.
        settle: what a request means, once its commits are here: the merge of a change, the files
            that it changes; raises PraktikaError.
        announce: is told, at least once, whenever a run has moved, before the events that moved it
            are acknowledged.
        nudge: is told the queue, whenever tasks were put into it; returns at once, never raises.
        on_bug: is told, with the run's id, of an error that nobody foresaw, and that a run ends by;
            it raises it again where that is better.
    """

    journal: Journal
    queue: Queue
    blobs: Blobs
    clock: Clock
    inbox: str
    alarms: str
    tasks: Callable[[str, Trust], str]
    make_plan: Callable[[RunRequested], Plan]
    render: Callable[[Result], bytes]
    reports: str = ""
    supply: Callable[[str, Trust], Supply] = lambda _label, _trust: Supply()
    hopeless: Callable[[str, Trust], str] = lambda _label, _trust: ""
    lost: Callable[[], list[str]] = field(default=list)
    settle: Callable[[RunRequested], RunRequested] = lambda request: request
    announce: Callable[[str, Run], None] = lambda _run, _state: None
    nudge: Callable[[str], None] = lambda _queue: None
    on_bug: Callable[[str, Exception], None] = _raised
