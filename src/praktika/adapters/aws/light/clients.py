"""Clients of AWS without boto3, in place of `Clients`."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.light import json_services
from praktika.adapters.aws.light.functions import LightLambda
from praktika.adapters.aws.light.groups import LightAutoScaling
from praktika.adapters.aws.light.objects import LightS3
from praktika.adapters.aws.light.signing import Keys
from praktika.adapters.aws.light.wire import Wire
from praktika.errors import OperatorError

_MAKERS: dict[str, Callable[[Wire], Any]] = {
    "autoscaling": LightAutoScaling,
    "lambda": LightLambda,
    "s3": LightS3,
    "secretsmanager": json_services.secretsmanager,
    "sqs": json_services.sqs,
    "ssm": json_services.ssm,
}


class LightClients(Clients):
    """One light client for each service, shared by all threads.

    Args:
        region: of all services; "" takes what the environment says.
        endpoint: one URL for all services; see `Wire`.
        keys: whose requests these are; None takes what the environment says.
        timeout: seconds until a request without an answer is tried again.
    """

    def __init__(
        self,
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
        self._wire = Wire(said, endpoint=endpoint, keys=keys, timeout=timeout)

    def _make(self, service: str) -> Any:
        return _MAKERS[service](self._wire)
