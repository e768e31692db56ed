"""Functions: calling one without waiting for what it does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from praktika.adapters.aws.light.refusals import Refused
from praktika.adapters.aws.light.signing import Letter
from praktika.adapters.aws.light.wire import Service, Wire

_LAMBDA = Service(name="lambda", variable="LAMBDA")


class LightLambda:
    """A client of Lambda with the one method of boto3's that is used here."""

    exceptions = SimpleNamespace(ClientError=Refused)

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def invoke(
        self,
        *,
        FunctionName: str,
        Payload: bytes,
        InvocationType: str = "Event",
    ) -> dict[str, Any]:
        """Call a function."""
        name = quote(FunctionName, safe="")
        letter = Letter(
            method="POST",
            url=f"{self._wire.address(_LAMBDA)}/2015-03-31/functions/{name}/invocations",
            headers={
                "Content-Type": "application/json",
                "X-Amz-Invocation-Type": InvocationType,
            },
            body=Payload,
        )
        answer = self._wire.send(_LAMBDA, letter, "Invoke")
        return {"StatusCode": answer.status, "Payload": answer.body}
