"""Records scenarios as journals; what is recorded already is left alone.

    python -m tests.replay.record [--overwrite NAME ...]

A journal tells what praktika decided when it was recorded, and old journals have to decide the
same for ever. To overwrite one is to give that promise up: it needs the flag, and a reason in the
changelog.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from tests.replay.recorder import Recorder
from tests.replay.scenarios import SCENARIOS

from praktika.model.commands import AnyCommand
from praktika.model.events import AnyEvent
from praktika.model.result import Status
from praktika.model.wire import pretty

JOURNALS = Path(__file__).with_name("journals")


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """An event that arrived, and what it led to."""

    event: AnyEvent
    commands: tuple[AnyCommand, ...]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One run.

    Attributes:
        about: what happens in it.
        turns: the events in the order in which they arrived, stale ones too.
        jobs: status and attempt of each job in the end, by key.
        verdict: of the run.
    """

    about: str
    turns: tuple[Turn, ...]
    jobs: dict[str, tuple[Status, int]]
    verdict: Status


def recorded(scene: Recorder, about: str) -> Recording:
    """A scenario that has happened, as it is written down."""
    assert scene.verdict is not None
    return Recording(
        about=about,
        turns=tuple(Turn(event=event, commands=commands) for event, commands in scene.turns),
        jobs={
            key: (scene.run.jobs[key].status, scene.run.jobs[key].attempt)
            for key in scene.run.graph.jobs
        },
        verdict=scene.verdict,
    )


def record(folder: Path, overwrite: Sequence[str] = ()) -> list[str]:
    """The names of the scenarios that were written to the folder."""
    written = []
    for scenario in SCENARIOS:
        path = folder / f"{scenario.__name__}.json"
        if path.exists() and scenario.__name__ not in overwrite:
            continue
        path.write_bytes(pretty(recorded(scenario(), scenario.__doc__ or "")))
        written.append(scenario.__name__)
    return written


def main(arguments: Sequence[str]) -> Any:
    """Record; the exit code, or what is wrong with the arguments."""
    known = {scenario.__name__ for scenario in SCENARIOS}
    if arguments and (arguments[0] != "--overwrite" or not set(arguments[1:]) <= known):
        return f"{__doc__}\nKnown: {', '.join(sorted(known))}"
    for name in record(JOURNALS, arguments[1:]):
        sys.stdout.write(f"recorded {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
