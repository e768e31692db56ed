"""Stores of a cloud, whose queues show who has sent what."""

from __future__ import annotations

from structlog.typing import FilteringBoundLogger

from praktika.adapters.sealed.keys import PublicKeys, SigningKeys
from praktika.adapters.sealed.orchestrators import SigningQueue
from praktika.adapters.sealed.passing import Custom
from praktika.adapters.sealed.runners import VerifyingQueue
from praktika.orchestrator import names
from praktika.ports.queue import Message, Queue

_SHOWN = 200


def signing(queue: Queue, key: str, log: FilteringBoundLogger) -> SigningQueue:
    """The queues as an orchestrator has them.

    Args:
        queue: those of the installation.
        key: see `SigningKeys`.
        log: is told of what was refused.

    Raises:
        OperatorError: the key cannot be used.
    """
    return SigningQueue(queue, _custom("report.refused", log), SigningKeys(key))


def verifying(queue: Queue, key: str, log: FilteringBoundLogger) -> VerifyingQueue:
    """The queues as a runner has them.

    Args:
        queue: those of the installation, or what its controller has leased.
        key: see `PublicKeys`.
        log: is told of what was refused.

    Raises:
        OperatorError: the key cannot be used.
    """
    return VerifyingQueue(queue, _custom("task.refused", log), PublicKeys(key))


def _custom(event: str, log: FilteringBoundLogger) -> Custom:
    def on_refused(message: Message, why: str) -> None:
        log.error(event, queue=message.queue, id=message.id, of=message.group, why=why[:_SHOWN])

    return Custom(is_signed=names.is_for_runners, reports=names.REPORTS, on_refused=on_refused)
