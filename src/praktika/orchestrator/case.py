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
from praktika.engine.run import Phase, Run, Stage
from praktika.engine.step import due, step
from praktika.errors import Absent, Conflict
from praktika.model.commands import AnyCommand, Conclude, Enter, Leave
from praktika.model.events import Admitted, AnyEvent, JobLost, JobStarted, TimerFired
from praktika.model.result import Result
from praktika.model.task import Stop
from praktika.orchestrator import names
from praktika.orchestrator.hands import Hands
from praktika.orchestrator.surroundings import Observer
from praktika.patience import patiently

_LASTING = Enter | Conclude
"""What must not be left as it was decided if the run has gone on since: it is looked at again."""


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

    def refresh(self) -> list[AnyEvent]:
        """Read what others have added to the journal, and return it."""
        events = self._unread()
        for event in events:
            self._see(event, step(self.run, event).run)
        return events

    def take_over(self) -> None:
        """Carry out all that is due: whoever served the run before may have died over it."""
        self.take([], again=True)

    def take(self, events: Sequence[AnyEvent], *, again: bool = False) -> None:
        """Decide on events, journal those that changed something, do what follows.

        Args:
            events: in their order.
            again: whether somebody else may have begun with them before, or be at them now.
        """
        if again:
            self.refresh()
        pending = events
        before, is_second = self.position, again
        commands: Sequence[AnyCommand] = due(self.run) if again else ()
        while commands or pending:
            pending = [*self._carry_out(commands), *pending]
            kept, wanted, idle = self._fold(pending)
            moved = [event for event, _ in kept]
            is_sure = not idle and not any(isinstance(each, _LASTING) for each in commands)
            is_written, news = self._write(moved, is_sure=is_sure)
            if is_written:
                for event, run in kept:
                    self._see(event, run)
                for event in idle:
                    self._answer(event)
                pending, commands, again = (), wanted, True
            elif again or _share(news, (*moved, *idle)):
                # Perhaps it was ourselves, and only the answer was lost; or somebody who works on
                # the same events, and may die over them: they are acknowledged here.
                commands, again = due(self.run), True
            else:
                # What others wrote is done: events come when those before are dealt with.
                commands = ()
        if is_second or self.position > before:
            self._hands.around.announce(self.id, self.run)

    def lost_with(self, runners: Container[str], at: float) -> list[AnyEvent]:
        """What was lost with runners that died."""
        return [
            JobLost(at=at, job=key, attempt=state.attempt, reason=f"{state.runner} died")
            for key in self.run.graph.jobs
            if (state := self.run.jobs[key]).phase is Phase.RUNNING and state.runner in runners
        ]

    def lost_all(self, at: float, reason: str) -> list[AnyEvent]:
        """What was lost with all runners at once: what ran, and what was claimed and not yet told.

        The task of the latter may be gone with the queue; a new one would be taken for a duplicate.
        """
        return [
            JobLost(at=at, job=key, attempt=state.attempt, reason=reason)
            for key in self.run.graph.jobs
            if (state := self.run.jobs[key]).phase is Phase.RUNNING
            or (state.phase is Phase.QUEUED and self._is_claimed(key, state.attempt))
        ]

    def _is_claimed(self, key: str, attempt: int) -> bool:
        claim = names.job(self.id, key, attempt, "claim")
        try:
            patiently(lambda: self._hands.around.blobs.size(claim))
        except Absent:
            return False
        return True

    def _unread(self) -> list[AnyEvent]:
        journal = self._hands.around.journal
        return patiently(lambda: journal.read(self.id, self.position))

    def _write(self, events: Sequence[AnyEvent], *, is_sure: bool) -> tuple[bool, list[AnyEvent]]:
        """Journal events, if they were decided on in the latest state; whether they were.

        If not, also what has been written by others, which is known now.

        Args:
            events: in their order; perhaps none.
            is_sure: False if something looked outdated, perhaps only to an outdated state.
        """
        news = [] if is_sure else self.refresh()
        if news:
            return False, news
        try:
            if events:
                journal, position = self._hands.around.journal, self.position
                patiently(partial(journal.append, self.id, position, events))
        except Conflict:
            return False, self.refresh()
        return True, []

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
        supply, trust = self._hands.around.supply, run.trust
        causes = {label: cause(label, supply(label, trust), trust) for label in sorted(labels)}
        return msgspec.structs.replace(event, causes=causes)

    def _see(self, event: AnyEvent, run: Run) -> None:
        self.run = run
        self.position += 1
        for observer in self._observers:
            observer.saw(run, event)

    def _answer(self, event: AnyEvent) -> None:
        """Tell whoever has come too late."""
        match event:
            case JobStarted():
                self._answer_late_start(event)
            case Admitted() if self.run.stage is Stage.CONCLUDED or event.stay != self.run.stay:
                # Somebody who stood still has joined the group for a run that had left it.
                self._carry_out([Leave(group=self.run.group, policy="queue", stay=event.stay)])
            case _:
                pass

    def _answer_late_start(self, event: JobStarted) -> None:
        """Stop an attempt that was given up before its runner was known."""
        state = self.run.jobs.get(event.job)
        reason = state.why_stopped(event.attempt) if state is not None else ""
        if reason:
            stop = Stop(run=self.id, job=event.job, attempt=event.attempt, reason=reason)
            self._hands.stop(event.control, stop)

    def _carry_out(self, commands: Sequence[AnyCommand]) -> list[AnyEvent]:
        answers, result = self._hands.carry_out(self.id, self.run, commands)
        if result is not None:
            self.result = result
            for observer in self._observers:
                observer.concluded(self.run, result)
        return answers


def _share(some: Sequence[AnyEvent], others: Sequence[AnyEvent]) -> bool:
    """Whether an event is among both; what was added to one by whoever dealt with it is ignored."""
    known = [_bare(event) for event in some]
    return any(_bare(event) in known for event in others)


def _bare(event: AnyEvent) -> AnyEvent:
    return TimerFired(at=event.at) if isinstance(event, TimerFired) else event
