"""Clients of AWS without boto3, in place of `Clients`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.light.signing import Keys
from praktika.adapters.aws.light.wire import Wire
from praktika.errors import OperatorError

Makers = Mapping[str, Callable[[Wire], Any]]
"""What makes a client, by boto3's name of the service."""


class LightClients(Clients):
    """One light client for each service, shared by all threads.

    Args:
        makers: of the services that are used; `services.EVERY` has all. A function names its own,
            so that it need not import the others.
        region: of all services; "" takes what the environment says.
        endpoint: one URL for all services; see `Wire`.
        keys: whose requests these are; None takes what the environment says.
        timeout: seconds until a request without an answer is tried again.
    """

    def __init__(
        self,
        makers: Makers,
        region: str = "",
        *,
        endpoint: str = "",
        keys: Keys | None = None,
        timeout: float = 60.0,
    ) -> None:
        said = region or os.environ.get("AWS_REGION", "")
        if not said:
            raise OperatorError("no AWS region is given. Set AWS_REGION.")
        super().__init__(said, endpoint=endpoint, timeout=timeout)
        self._makers = makers
        self._wire = Wire(said, endpoint=endpoint, keys=keys, timeout=timeout)

    def _make(self, service: str) -> Any:
        return self._makers[service](self._wire)
