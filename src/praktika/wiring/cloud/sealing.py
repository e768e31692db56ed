"""Stores of a cloud, whose queues show who has sent what."""

from __future__ import annotations

from dataclasses import replace

from structlog.typing import FilteringBoundLogger

from praktika.adapters.sealed.keys import PublicKeys, SigningKeys
from praktika.adapters.sealed.orchestrators import SigningQueue
from praktika.adapters.sealed.passing import Custom
from praktika.adapters.sealed.runners import VerifyingQueue
from praktika.orchestrator import names
from praktika.ports.queue import Message
from praktika.wiring.stores import Stores

_SHOWN = 200


def signing(stores: Stores, key: str, log: FilteringBoundLogger) -> Stores:
    """The stores as an orchestrator has them.

    Args:
        stores: of the installation.
        key: see `SigningKeys`.
        log: is told of what was refused.

    Raises:
        OperatorError: the key cannot be used.
    """
    queue = SigningQueue(stores.queue, _custom("report.refused", log), SigningKeys(key))
    return replace(stores, queue=queue)


def verified(stores: Stores, key: str, log: FilteringBoundLogger) -> Stores:
    """The stores as a runner has them.

    Args:
        stores: of the installation.
        key: see `PublicKeys`.
        log: is told of what was refused.

    Raises:
        OperatorError: the key cannot be used.
    """
    queue = VerifyingQueue(stores.queue, _custom("task.refused", log), PublicKeys(key))
    return replace(stores, queue=queue)


def _custom(event: str, log: FilteringBoundLogger) -> Custom:
    def on_refused(message: Message, why: str) -> None:
        log.error(event, queue=message.queue, id=message.id, of=message.group, why=why[:_SHOWN])

    return Custom(is_signed=names.is_for_runners, reports=names.REPORTS, on_refused=on_refused)
