"""Queues, each with one for what nobody could deal with."""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt
from troposphere.sqs import Queue, RedrivePolicy

from praktika.infrastructure.parts import orchestrator_pools
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.names import SHARED
from praktika.ports.queue import MAX_DELIVERIES, ORDERED, dead_letters

KEPT = 14 * 24 * 3600
"""Seconds that a message waits for somebody: as long as SQS keeps any."""


def add_queue(
    draft: Draft, component: str, queue: str, *, deliveries: int = MAX_DELIVERIES, **more: Any
) -> Queue:
    """A queue of the port and the one for its dead letters, encrypted, for this account alone.

    Args:
        draft: what is being made.
        component: for whom.
        queue: its name at the port.
        deliveries: after which a message is set aside; 0 for never.
        more: properties of the queue.
    """
    if deliveries:
        grave = draft.add("runtime", component, _queue(draft, dead_letters(queue)))
        more["RedrivePolicy"] = RedrivePolicy(
            deadLetterTargetArn=GetAtt(grave, "Arn"), maxReceiveCount=deliveries
        )
    return draft.add("runtime", component, _queue(draft, queue, **more))


def _queue(draft: Draft, queue: str, **more: Any) -> Queue:
    if queue.endswith(ORDERED):
        more["FifoQueue"] = True
    properties = {"MessageRetentionPeriod": KEPT, **more}
    return Queue(
        logical("Queue", queue),
        QueueName=draft.names.queue(queue),
        SqsManagedSseEnabled=True,
        Tags=draft.tags(),
        **properties,
    )


def add_shared_queues(draft: Draft, context: Context) -> None:
    """The queues that orchestrators serve; there are none without orchestrators."""
    if orchestrator_pools(context.project):
        for queue in SHARED:
            add_queue(draft, "Installation:queues", queue)
