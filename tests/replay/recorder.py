"""What a recorded scenario is made with."""

from __future__ import annotations

from tests.unit.engine.scenes import Scene

from praktika.engine.step import Decision
from praktika.model.commands import AnyCommand
from praktika.model.events import AnyEvent
from praktika.model.plan import Job


class Recorder(Scene):
    """A scene that keeps every event that arrives, the stale ones too, with what it led to."""

    def __init__(self, *jobs: Job, is_planned: bool = True, **policies: object) -> None:
        self.turns: list[tuple[AnyEvent, tuple[AnyCommand, ...]]] = []
        super().__init__(*jobs, is_planned=is_planned, **policies)

    def tell(self, event: AnyEvent) -> Decision:
        decision = super().tell(event)
        self.turns.append((event, decision.commands))
        return decision
