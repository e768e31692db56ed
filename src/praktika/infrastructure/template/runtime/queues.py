"""Queues, each with one for what nobody could deal with.

SQS moves dead letters with its own rights. Runners make control queues, and whoever makes a queue
says where its dead letters go; so each queue here names the only one that it takes them from, or
takes none. Else a runner could have SQS put into any queue what it may not send there (security 9
and 19).
"""

from __future__ import annotations

from typing import Any

from troposphere import GetAtt
from troposphere.sqs import Queue, RedrivePolicy

from praktika.infrastructure.parts import orchestrator_pools
from praktika.infrastructure.template.context import Context
from praktika.infrastructure.template.draft import Draft, logical
from praktika.infrastructure.template.names import SHARED
from praktika.infrastructure.template.policies.arns import partition
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
        source = {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [_arn(draft, draft.names.queue(queue))],
        }
        grave = draft.add(
            "runtime", component, _queue(draft, dead_letters(queue), RedriveAllowPolicy=source)
        )
        more["RedrivePolicy"] = RedrivePolicy(
            deadLetterTargetArn=GetAtt(grave, "Arn"), maxReceiveCount=deliveries
        )
    return draft.add("runtime", component, _queue(draft, queue, **more))


def _queue(draft: Draft, queue: str, **more: Any) -> Queue:
    if queue.endswith(ORDERED):
        more["FifoQueue"] = True
    properties = {
        "MessageRetentionPeriod": KEPT,
        "RedriveAllowPolicy": {"redrivePermission": "denyAll"},
        **more,
    }
    return Queue(
        logical("Queue", queue),
        QueueName=draft.names.queue(queue),
        SqsManagedSseEnabled=True,
        Tags=draft.tags(),
        **properties,
    )


def _arn(draft: Draft, name: str) -> str:
    place = draft.place
    return f"arn:{partition(place.region)}:sqs:{place.region}:{place.account}:{name}"


def add_shared_queues(draft: Draft, context: Context) -> None:
    """The queues that orchestrators serve; there are none without orchestrators."""
    if orchestrator_pools(context.project):
        for queue in SHARED:
            add_queue(draft, "Installation:queues", queue)
