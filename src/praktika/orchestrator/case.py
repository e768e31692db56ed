"""One run in the hands of this process.

Order is what makes it safe. An event is journalled before its commands are carried out, and
acknowledged after. The journal takes an event only at the expected position, so of two processes
that serve one run, the one that is behind notices; it reads what it has missed and decides anew.
Whoever may stand behind a dead predecessor carries out all that is due.
"""

from __future__ import annotations

import threading
from collections.abc import Container, Sequence
from functools import partial

import msgspec

from praktika.engine.pickup import cause
from praktika.engine.run import Phase, Run
from praktika.engine.step import due, step
from praktika.errors import Conflict
from praktika.model.commands import AnyCommand
from praktika.model.events import AnyEvent, JobLost, JobStarted, TimerFired
from praktika.model.result import Result
from praktika.model.task import Stop
from praktika.orchestrator.hands import Hands
from praktika.orchestrator.surroundings import Observer
from praktika.patience import patiently


class Case:
    """A run's state, and how far its journal was read.

    Args:
        run_id: of the run.
        hands: carry out what is decided.
        observers: are shown every event that moved the run, once.
    """

    def __init__(self, run_id: str, hands: Hands, observers: Sequence[Observer] = ()) -> None:
        self.id = run_id
        self.run = Run()
        self.position = 0
        self.result: Result | None = None
        self.lock = threading.Lock()
        self._hands = hands
        self._observers = observers

    def load(self) -> None:
        """Read what has happened so far; nobody is shown it."""
        for event in self._unread():
            self.run = step(self.run, event).run
            self.position += 1

    def refresh(self) -> bool:
        """Read what others have added to the journal; whether there was anything."""
        events = self._unread()
        for event in events:
            self._see(event, step(self.run, event).run)
        return bool(events)

    def take_over(self) -> None:
        """Carry out all that is due: whoever served the run before may have died over it."""
        self.refresh()
        self._decide(self._carry_out(due(self.run)))

    def take(self, events: Sequence[AnyEvent], *, again: bool = False) -> None:
        """Decide on events, journal those that changed something, do what follows.

        Args:
            events: in their order.
            again: whether somebody else may have begun with them before.
        """
        if again:
            self.take_over()
        self._decide(events)

    def lost_with(self, runners: Container[str], at: float) -> list[AnyEvent]:
        """What was lost with runners that died."""
        return [
            JobLost(at=at, job=key, attempt=state.attempt, reason=f"{state.runner} died")
            for key in self.run.graph.jobs
            if (state := self.run.jobs[key]).phase is Phase.RUNNING and state.runner in runners
        ]

    def lost_all(self, at: float, reason: str) -> list[AnyEvent]:
        """What was lost with all runners at once."""
        return [
            JobLost(at=at, job=key, attempt=state.attempt, reason=reason)
            for key in self.run.graph.jobs
            if (state := self.run.jobs[key]).phase is Phase.RUNNING
        ]

    def _unread(self) -> list[AnyEvent]:
        journal = self._hands.around.journal
        return patiently(lambda: journal.read(self.id, self.position))

    def _decide(self, events: Sequence[AnyEvent]) -> None:
        pending = list(events)
        while pending:
            try:
                commands = self._move(pending)
            except Conflict:
                # Perhaps it was ourselves, and only the answer was lost: then nobody has
                # carried out what followed.
                self.refresh()
                pending = [*self._carry_out(due(self.run)), *pending]
                continue
            pending = self._carry_out(commands)

    def _move(self, events: Sequence[AnyEvent]) -> list[AnyCommand]:
        """Fold and journal the events; what is to be done.

        Raises:
            Conflict: somebody else has written to the journal; nothing was changed here.
        """
        kept, commands, idle = self._fold(events)
        if idle and self.refresh():
            # What looked outdated was judged by an outdated state.
            kept, commands, idle = self._fold(events)
        if kept:
            journal, position = self._hands.around.journal, self.position
            moved = [event for event, _ in kept]
            patiently(partial(journal.append, self.id, position, moved))
        for event, run in kept:
            self._see(event, run)
        for event in idle:
            self._answer_late_start(event)
        return commands

    def _fold(
        self, events: Sequence[AnyEvent]
    ) -> tuple[list[tuple[AnyEvent, Run]], list[AnyCommand], list[AnyEvent]]:
        """The events that move the run with the state after each; commands; the other events."""
        run = self.run
        kept: list[tuple[AnyEvent, Run]] = []
        commands: list[AnyCommand] = []
        idle: list[AnyEvent] = []
        for each in events:
            event = self._informed(each, run)
            decision = step(run, event)
            if decision.run is run:
                idle.append(event)
                continue
            run = decision.run
            commands.extend(decision.commands)
            kept.append((event, run))
        return kept, commands, idle

    def _informed(self, event: AnyEvent, run: Run) -> AnyEvent:
        """The event with what the engine cannot know: why jobs that wait are not taken."""
        if not isinstance(event, TimerFired) or event.causes:
            return event
        labels = {
            job.runs_on[0] if job.runs_on else ""
            for key, job in run.graph.jobs.items()
            if (state := run.jobs[key]).phase is Phase.QUEUED and 0 < state.deadline <= event.at
        }
        supply = self._hands.around.supply
        causes = {label: cause(label, supply(label)) for label in sorted(labels)}
        return msgspec.structs.replace(event, causes=causes)

    def _see(self, event: AnyEvent, run: Run) -> None:
        self.run = run
        self.position += 1
        for observer in self._observers:
            observer.saw(run, event)

    def _answer_late_start(self, event: AnyEvent) -> None:
        """Stop an attempt that was given up before its runner was known."""
        if not isinstance(event, JobStarted):
            return
        state = self.run.jobs.get(event.job)
        if state is not None and state.revoked and state.attempt == event.attempt:
            stop = Stop(run=self.id, job=event.job, attempt=event.attempt, reason=state.reason)
            self._hands.stop(event.control, stop)

    def _carry_out(self, commands: Sequence[AnyCommand]) -> list[AnyEvent]:
        answers, result = self._hands.carry_out(self.id, self.run, commands)
        if result is not None:
            self.result = result
            for observer in self._observers:
                observer.concluded(self.run, result)
        return answers
