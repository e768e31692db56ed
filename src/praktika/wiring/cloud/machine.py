"""What a machine of a cloud tells the processes on it, by variables."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping
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


def stores_of_runner(root: Path, name: str) -> Stores:
    """The stores of a runner: on a machine of a cloud, its queues give signed tasks alone.

    Raises:
        OperatorError: they cannot be opened, or the key cannot be used.
    """
    key = os.environ.get(TASK_KEY, "")
    if not key:
        return open_stores(root)
    sealing = importlib.import_module("praktika.wiring.cloud.sealing")
    logs = importlib.import_module("praktika.wiring.logs")
    stores = open_stores(root, is_deployed=True)
    verified: Stores = sealing.verified(stores, key, logs.logger(runner=name))
    return verified
