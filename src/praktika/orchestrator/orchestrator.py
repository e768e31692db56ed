"""The loop: events in, decisions, journal, commands out.

Order is what makes it safe: an event is journalled before its commands are carried out, and
acknowledged after. Whoever dies in between leaves a journal from which `due` goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, assert_never

import msgspec

from praktika.engine.run import Phase, Run, Stage
from praktika.engine.select import select
from praktika.engine.step import due, replay, step
from praktika.errors import PraktikaError
from praktika.model.commands import AnyCommand, Conclude, Dispatch, MakePlan, Revoke
from praktika.model.events import (
    AnyEvent,
    CancelRequested,
    JobLost,
    PlanFailed,
    Planned,
    RunRequested,
    decode_event,
)
from praktika.model.plan import Plan
from praktika.model.result import Result, Status
from praktika.model.task import Facts, RunFile, Task
from praktika.model.wire import encode, pretty
from praktika.orchestrator import names
from praktika.orchestrator.summary import summarize
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.compute import Compute
from praktika.ports.journal import Journal
from praktika.ports.queue import Message, Queue

_BATCH = 100
_WAIT = 0.1


class Observer(Protocol):
    """Somebody who watches a run."""

    def saw(self, run: Run, event: AnyEvent) -> None:
        """The run has moved by this event."""

    def concluded(self, run: Run, result: Result) -> None:
        """The run is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What an orchestrator works with.

    Attributes:
        journal, queue, blobs, clock, compute: see the ports.
        tasks: name of the queue of tasks.
        make_plan: compiles the declaration and finds the workflow; raises PraktikaError.
        render: the page of a Result.
        facts: of the code.
        source: the folder that workspaces are copied from.
        name: of the checkout's folder.
    """

    journal: Journal
    queue: Queue
    blobs: Blobs
    clock: Clock
    compute: Compute
    tasks: str
    make_plan: Callable[[str], Plan]
    render: Callable[[Result], bytes]
    facts: Facts
    source: Path
    name: str


class Orchestrator:
    """Serves one run."""

    def __init__(self, run: str, around: Surroundings, observers: Sequence[Observer] = ()) -> None:
        self.id = run
        self.around = around
        self.observers = observers
        self.run = Run()
        self.position = 0
        self.result: Result | None = None
        self.dead: set[str] = set()

    def request(self, request: RunRequested) -> None:
        """Begin the run.

        Raises:
            Conflict: there is a run of this id.
        """
        self._take([request])

    def serve(self, cancel: Callable[[], CancelRequested | None]) -> Result:
        """Go on until the run is concluded; its Result.

        Args:
            cancel: asked ten times a second for a request to stop the run.
        """
        if self.position == 0:
            self._resume()
        while self.run.stage is not Stage.CONCLUDED or self.result is None:
            messages = patiently(self._receive)
            incoming = [decode_event(message.body) for message in messages]
            request = cancel()
            if request is not None:
                incoming.append(request)
            incoming.extend(self._lost())
            self._take(incoming)
            patiently(partial(self.around.queue.ack, messages))
        return self.result

    def give_up(self, reason: str) -> Result:
        """The Result of a run that cannot go on here; nothing is stored."""
        if self.run.requested is None:
            return Result(name="", status=Status.ERROR, info=reason, ext={"run_id": self.id})
        result = summarize(self.run, Status.ERROR, self.id, self.around)
        return msgspec.structs.replace(result, info=reason)

    def _receive(self) -> list[Message]:
        queue = names.events(self.id)
        return self.around.queue.receive(queue, limit=_BATCH, wait=_WAIT)

    def _resume(self) -> None:
        """Take over from a predecessor: its journal says where, `due` what to do again."""
        events = self.around.journal.read(self.id)
        self.run = replay(events)
        self.position = len(events)
        self._take(self._carry_out(due(self.run)))

    def _take(self, events: Sequence[AnyEvent]) -> None:
        """Decide on events, journal those that changed something, do what follows."""
        pending = list(events)
        while pending:
            kept: list[AnyEvent] = []
            commands: list[AnyCommand] = []
            for event in pending:
                decision = step(self.run, event)
                if decision.run is self.run:
                    continue
                self.run = decision.run
                commands.extend(decision.commands)
                kept.append(event)
                for observer in self.observers:
                    observer.saw(self.run, event)
            if kept:
                self._append(kept)
                self.position += len(kept)
            pending = self._carry_out(commands)

    def _append(self, events: list[AnyEvent]) -> None:
        position = self.position
        patiently(lambda: self.around.journal.append(self.id, position, events))

    def _carry_out(self, commands: Sequence[AnyCommand]) -> list[AnyEvent]:
        answers: list[AnyEvent] = []
        tasks: list[Task] = []
        for command in commands:
            match command:
                case MakePlan():
                    answers.append(self._make_plan(command.workflow))
                case Dispatch():
                    tasks.append(Task(run=self.id, job=command.job, attempt=command.attempt))
                case Revoke():
                    self._put(
                        names.job(self.id, command.job, command.attempt, "cancel"),
                        command.reason.encode(),
                    )
                case Conclude():
                    self._send(tasks)
                    tasks = []
                    self._conclude(command.status)
                case _:
                    assert_never(command)
        self._send(tasks)
        return answers

    def _send(self, tasks: Sequence[Task]) -> None:
        bodies = [encode(task) for task in tasks]
        identity = [f"{task.run}/{task.job}/{task.attempt}" for task in tasks]
        patiently(lambda: self.around.queue.send(self.around.tasks, bodies, identity=identity))

    def _make_plan(self, workflow: str) -> AnyEvent:
        assert self.run.requested is not None
        try:
            plan = self.around.make_plan(workflow)
        except PraktikaError as error:
            return PlanFailed(at=self.around.clock.now(), reason=str(error))
        plan = select(plan, self.run.requested.only)
        self._put(names.plan(self.id), pretty(plan))
        run_file = RunFile(
            run=self.id,
            plan=names.plan(self.id),
            facts=msgspec.structs.replace(self.around.facts, event=plan.event),
            source=str(self.around.source),
            name=self.around.name,
        )
        self._put(names.run_file(self.id), pretty(run_file))
        return Planned(at=self.around.clock.now(), plan=plan)

    def _put(self, key: str, data: bytes) -> None:
        patiently(lambda: self.around.blobs.put(key, data))

    def _lost(self) -> list[AnyEvent]:
        """What was lost with runners that ended by themselves."""
        # A runner's last JobStarted may arrive after its death is known.
        self.dead.update(self.around.compute.lost())
        if not self.dead:
            return []
        at = self.around.clock.now()
        return [
            JobLost(at=at, job=key, attempt=state.attempt, reason=f"{state.runner} died")
            for key in self.run.graph.jobs
            if (state := self.run.jobs[key]).phase is Phase.RUNNING and state.runner in self.dead
        ]

    def _conclude(self, status: Status) -> None:
        result = summarize(self.run, status, self.id, self.around)
        self._put(names.result(self.id), pretty(result))
        self._put(names.report(self.id), self.around.render(result))
        self.result = result
        for observer in self.observers:
            observer.concluded(self.run, result)
