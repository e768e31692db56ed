"""Services that speak JSON: queues, parameters, secrets."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import msgspec

from praktika.adapters.aws.light.refusals import Refused
from praktika.adapters.aws.light.signing import Letter
from praktika.adapters.aws.light.wire import Service, Wire

_SQS = {
    *("ChangeMessageVisibility", "CreateQueue", "DeleteMessageBatch", "DeleteQueue"),
    *("GetQueueAttributes", "GetQueueUrl", "ListQueues", "ReceiveMessage", "SendMessageBatch"),
    "SetQueueAttributes",
}
_SSM = {"GetParameter", "GetParameters"}
_SECRETS = {"BatchGetSecretValue", "GetSecretValue"}
_BINARY = {"BinaryValue", "SecretBinary"}


class JsonService:
    """A client of one service: each operation is a method, named and called as boto3 does.

    Args:
        wire: sends requests.
        service: see `Service`.
        prefix: what the service is called in the header `X-Amz-Target`.
        version: of JSON as AWS speaks it.
        operations: that may be called.
    """

    exceptions = SimpleNamespace(ClientError=Refused)

    def __init__(
        self, wire: Wire, service: Service, prefix: str, *, version: str, operations: set[str]
    ) -> None:
        self._wire = wire
        self._service = service
        self._prefix = prefix
        self._type = f"application/x-amz-json-{version}"
        self._operations = operations

    def __getattr__(self, name: str) -> Any:
        operation = "".join(word.capitalize() for word in name.split("_"))
        if operation not in self._operations:
            raise AttributeError(f"{self._prefix} has no {name} here")
        return lambda **asked: self._call(operation, asked)

    def _call(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        letter = Letter(
            method="POST",
            url=f"{self._wire.address(self._service)}/",
            headers={"Content-Type": self._type, "X-Amz-Target": f"{self._prefix}.{operation}"},
            body=msgspec.json.encode(asked),  # which writes bytes in Base64, as AWS wants them
        )
        answer = self._wire.send(self._service, letter, operation)
        read: dict[str, Any] = _bytes(msgspec.json.decode(answer.body or b"{}"))
        return read


def sqs(wire: Wire) -> JsonService:
    """A client for queues."""
    service = Service(name="sqs", variable="SQS")
    return JsonService(wire, service, "AmazonSQS", version="1.0", operations=_SQS)


def ssm(wire: Wire) -> JsonService:
    """A client for parameters."""
    service = Service(name="ssm", variable="SSM")
    return JsonService(wire, service, "AmazonSSM", version="1.1", operations=_SSM)


def secretsmanager(wire: Wire) -> JsonService:
    """A client for secrets."""
    service = Service(name="secretsmanager", variable="SECRETS_MANAGER")
    return JsonService(wire, service, "secretsmanager", version="1.1", operations=_SECRETS)


def _bytes(value: Any) -> Any:
    """An answer with its bytes as bytes."""
    if isinstance(value, dict):
        return {
            name: base64.b64decode(one) if name in _BINARY and one else _bytes(one)
            for name, one in value.items()
        }
    return [_bytes(one) for one in value] if isinstance(value, list) else value
