"""What a simulated run went through; the rules are judged by this alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from praktika.engine import step as real
from praktika.engine.run import Run, Stage
from praktika.engine.step import Decision
from praktika.model.commands import AnyCommand
from praktika.model.events import AnyEvent, RerunRequested
from praktika.model.plan import Job, Plan


@dataclass(frozen=True)
class Engine:
    """The functions on trial."""

    step: Callable[[Run, AnyEvent], Decision] = real.step
    due: Callable[[Run], tuple[AnyCommand, ...]] = real.due
    replay: Callable[[Iterable[AnyEvent]], Run] = real.replay


@dataclass(frozen=True)
class Step:
    """One event and what the engine made of it."""

    before: Run
    event: AnyEvent
    after: Run
    commands: tuple[AnyCommand, ...]

    @property
    def counts(self) -> bool:
        """Whether the event changed anything."""
        return self.after is not self.before


@dataclass(frozen=True)
class Succession:
    """A crash: what was known before and is known after it, and what the successor begins with.

    `steps` is how many steps had been made.
    """

    steps: int
    before: Run
    after: Run
    commands: tuple[AnyCommand, ...]


@dataclass(frozen=True)
class Calm:
    """A time in which nothing went wrong, until nothing was left to happen.

    Attributes:
        steps: how many steps had been made at its end.
        is_silent: whether no runner said anything, so that only time could help.
        is_over: whether the run was concluded at its end.
        tickets: the stays for which it was in its concurrency group then.
    """

    steps: int
    is_silent: bool
    is_over: bool
    tickets: frozenset[int]


@dataclass(repr=False)
class History:
    """A run from its request to its end, and through its reruns.

    Attributes:
        engine: what decided.
        plan: what the run was given as its plan.
        steps: every event that arrived, the stale ones, too.
        successions: every crash.
        calms: every time that the run was left in peace.
        journal: the events that changed something.
        concluded: the statuses of the conclusions that were carried out.
        orphans: attempts that nobody had stopped when a conclusion was carried out.
    """

    engine: Engine
    plan: Plan
    steps: list[Step] = field(default_factory=list)
    successions: list[Succession] = field(default_factory=list)
    calms: list[Calm] = field(default_factory=list)
    journal: list[AnyEvent] = field(default_factory=list)
    concluded: list[str] = field(default_factory=list)
    orphans: set[tuple[str, int]] = field(default_factory=set)

    @property
    def jobs(self) -> dict[str, Job]:
        return {job.key: job for job in self.plan.jobs}

    @property
    def last(self) -> Run:
        return self.steps[-1].after

    @property
    def stays(self) -> list[int]:
        """Before each step, and after the last one, how often the run was over and began again."""
        again = (
            step.counts
            and isinstance(step.event, RerunRequested)
            and step.before.stage is Stage.CONCLUDED
            for step in self.steps
        )
        return [*accumulate(again, initial=0)]

    def commands(self, kind: type) -> Iterator[tuple[Step, AnyCommand]]:
        """Each command of this kind with the step that led to it."""
        for step in self.steps:
            for command in step.commands:
                if isinstance(command, kind):
                    yield step, command

    def __repr__(self) -> str:
        lines = [str(self.plan), *(str(job) for job in self.plan.jobs)]
        lines += [f"{step.event}\n    -> {step.commands}" for step in self.steps]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        """So Hypothesis tells of it: in this way, and not with every state of the run."""
        printer.text(repr(self))
