"""Telling whoever publishes pages that a run has some."""

from __future__ import annotations

import msgspec

from praktika.engine.run import Run
from praktika.model.plan import job_key
from praktika.model.wire import encode
from praktika.ports.queue import Queue
from praktika.wiring.github.pages.due import pages_of

QUEUE = "pages.fifo"
"""The queue of announcements; a repository is a group."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """A round of a run has ended with something to publish.

    Attributes:
        run: its id.
        round: which, see `Run`.
    """

    run: str
    round: int


def announce(queue: Queue, run_id: str, run: Run) -> None:
    """Let a run's artifacts be published; nothing for one that has none to publish now."""
    if run.requested is None or not pages_of(run_id, run):
        return
    news = Announcement(run=run_id, round=run.round)
    group = job_key(run.requested.facts.repository.lower())
    queue.send(QUEUE, [encode(news)], group=group, identity=[f"{run_id} {run.round}"])
