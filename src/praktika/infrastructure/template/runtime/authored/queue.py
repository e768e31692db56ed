"""Queues that an author declares."""

from __future__ import annotations

from praktika.infrastructure.parts import title_of
from praktika.infrastructure.storage import SQSQueue
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft
from praktika.infrastructure.template.runtime.queues import add_queue


def add_own_queue(queue: SQSQueue.Config, draft: Draft, context: Context) -> None:
    """A queue `<slug>-<name>`, and `<slug>-<name>-dead` for what nobody could deal with."""
    del context
    add_queue(
        draft,
        title_of(queue),
        queue.name,
        deliveries=queue.max_receive_count if queue.dead_letter_queue else 0,
        VisibilityTimeout=queue.visibility_timeout,
        MessageRetentionPeriod=queue.message_retention,
    )
