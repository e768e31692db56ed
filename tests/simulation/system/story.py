"""The journal of a run, read as a story: every event with the state before and after it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.simulation.system.history import Attempt, Execution, History

from praktika.engine.run import Run, Stage
from praktika.engine.step import step
from praktika.model.commands import AnyCommand, Dispatch, Revoke
from praktika.model.events import AnyEvent, JobFinished, JobLost


@dataclass(frozen=True)
class Chapter:
    """One event of a journal, and what follows from it."""

    at: float
    event: AnyEvent
    before: Run
    after: Run
    commands: tuple[AnyCommand, ...]


class Story:
    """A run, as the engine understands its journal."""

    def __init__(self, history: History, run: str) -> None:
        self.run_id = run
        self.chapters: list[Chapter] = []
        run_now = Run()
        for written in history.written:
            if written.run != run:
                continue
            for event in written.events:
                decision = step(run_now, event)
                self.chapters.append(
                    Chapter(written.at, event, run_now, decision.run, decision.commands)
                )
                run_now = decision.run
        self.run = run_now

    def dispatched(self) -> dict[Attempt, Chapter]:
        """The attempts that were given to runners."""
        return {
            (self.run_id, command.job, command.attempt): chapter
            for chapter in self.chapters
            for command in chapter.commands
            if isinstance(command, Dispatch)
        }

    def revoked(self) -> dict[Attempt, float]:
        """When each attempt was first asked to stop."""
        found: dict[Attempt, float] = {}
        for chapter in self.chapters:
            for command in chapter.commands:
                if isinstance(command, Revoke):
                    found.setdefault((self.run_id, command.job, command.attempt), chapter.at)
        return found

    def endings(self) -> dict[Attempt, AnyEvent]:
        """The event that ended each attempt, if one did."""
        return {
            (self.run_id, event.job, event.attempt): event
            for event in (chapter.event for chapter in self.chapters)
            if isinstance(event, JobFinished | JobLost)
        }

    def going(self) -> list[tuple[float, float]]:
        """The times for which the run went on: neither held nor concluded."""
        spans: list[tuple[float, float]] = []
        since: float | None = None
        for chapter in self.chapters:
            is_going = chapter.after.stage is Stage.GOING
            if is_going and since is None:
                since = chapter.at
            elif not is_going and since is not None:
                spans.append((since, chapter.at))
                since = None
        if since is not None:
            spans.append((since, float("inf")))
        return spans


def stories(history: History) -> dict[str, Story]:
    """All runs of a history, by id; made once."""
    found: dict[str, Story] | None = history.__dict__.get("_stories")
    if found is None:
        found = {run: Story(history, run) for run in history.journals}
        history.__dict__["_stories"] = found
    return found


def end_of(history: History, execution: Execution) -> float:
    """When a runner stopped working at an attempt: infinite if it never did."""
    if execution.ended is not None:
        return execution.ended
    return history.deaths.get(execution.process, float("inf"))
