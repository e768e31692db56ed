"""Telling whoever shows runs that one has moved."""

from __future__ import annotations

import msgspec

from praktika.engine.run import Run, Stage
from praktika.model.wire import WireError, decode, encode
from praktika.ports.queue import Queue

CHECKS = "checks.fifo"
"""The queue of announcements; a run is a group."""

LATER = "checks-later"
"""The queue of what waits until the forge may be written to again."""


class Announcement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run has moved; the journal says how.

    Attributes:
        run: its id.
        is_urgent: whether it has come to a state in which it may stay.
    """

    run: str
    is_urgent: bool = False


def announce(queue: Queue, run_id: str, run: Run) -> None:
    """Let a run be shown as it is now; nothing for one that no forge waits for."""
    if run.requested is None or run.requested.subject is None:
        return
    news = Announcement(run=run_id, is_urgent=run.stage in {Stage.AWAITING, Stage.CONCLUDED})
    queue.send(CHECKS, [encode(news)], group=run_id)


def is_urgent(body: bytes) -> bool:
    """Whether an announcement must not wait; one that cannot be read must not."""
    try:
        return decode(body, Announcement).is_urgent
    except WireError:
        return True
