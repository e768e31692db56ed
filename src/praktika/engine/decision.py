"""What an event led to."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.engine.run import Run
from praktika.model.commands import AnyCommand


@dataclass(frozen=True, slots=True)
class Decision:
    """The new state, and what to do."""

    run: Run
    commands: tuple[AnyCommand, ...] = ()
