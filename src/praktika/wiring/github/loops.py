"""What goes on wherever GitHub is served: notices in, checks and pages out."""

from __future__ import annotations

from functools import partial

from praktika.checks.announce import announce
from praktika.engine.run import Run
from praktika.ports.queue import Queue
from praktika.wiring.github.installation import GitHub
from praktika.wiring.github.pages import announce as pages
from praktika.wiring.serving.loops import Loop, again

STALE = 900.0
"""Seconds that a turn may take: GitHub may be slow, and wants to be left alone at times."""

_INTAKES = 2
"""While one waits for GitHub, the other goes on."""

_PUBLISHING = 3600.0
"""Seconds for pages: large artifacts are fetched, and pushed."""


def loops_of(github: GitHub, wait: float) -> list[Loop]:
    """Loops that deal with notices, checks and pages.

    Args:
        github: see there.
        wait: seconds to wait for messages in one request.
    """
    takes = [
        Loop(
            name=f"intake {number}",
            serve=again(partial(github.worker.turn, wait=wait)),
            stale=STALE,
        )
        for number in range(1, _INTAKES + 1)
    ]
    return [
        *takes,
        Loop(name="checks", serve=again(partial(github.publisher.turn, wait)), stale=STALE),
        Loop(name="pages", serve=again(partial(github.pages.turn, wait)), stale=_PUBLISHING),
    ]


def announce_all(queue: Queue, run_id: str, run: Run) -> None:
    """Let a run be shown, and its pages be published."""
    announce(queue, run_id, run)
    pages.announce(queue, run_id, run)
