"""What a machine of a cloud tells the processes on it, by variables."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from praktika.wiring.backend import find_backend
from praktika.wiring.stores import Stores, open_stores

BROKER_AUTH = "PRAKTIKA_BROKER_AUTH"
"""Is "iam" where requests for tokens are signed with the credentials of the machine."""

TASK_KEY = "PRAKTIKA_TASK_KEY"
"""The public key of tasks: runners refuse those that were not signed with the other half."""

Authorize = Callable[[str, bytes], Mapping[str, str]]
"""The headers that show who posts these bytes to this URL."""


def request_signer(root: Path) -> Authorize | None:
    """What shows an API of the cloud which machine asks; None on any other machine."""
    if os.environ.get(BROKER_AUTH, "") != "iam":
        return None
    # Loaded only where it is wanted.
    signing = importlib.import_module("praktika.adapters.aws.signing")
    signer: Authorize = signing.RequestSigner(find_backend(root).region)
    return signer


def stores_of_runner(root: Path) -> Stores:
    """The stores of a runner; on a machine of a cloud a deploy has made the queues.

    Raises:
        OperatorError: they cannot be opened.
    """
    return open_stores(root, is_deployed=bool(os.environ.get(TASK_KEY)))


def verified(stores: Stores, name: str) -> Stores:
    """The stores of a runner: on a machine of a cloud, its queues give signed tasks alone.

    Args:
        stores: whatever its tasks come from.
        name: of the runner.

    Raises:
        OperatorError: the key cannot be used.
    """
    key = os.environ.get(TASK_KEY, "")
    if not key:
        return stores
    sealing = importlib.import_module("praktika.wiring.cloud.sealing")
    logs = importlib.import_module("praktika.wiring.logs")
    queue = sealing.verifying(stores.queue, key, logs.logger(runner=name))
    return replace(stores, queue=queue)
