"""Requests and answers as an HTTP API of API Gateway passes them on, payload format 2.0.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT = "text/plain; charset=utf-8"
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        path: without the query.
        headers: by name in lower case.
        body: its bytes.
        caller: ARN of the role session that IAM has found to be the caller; "" if it was not asked.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    caller: str = ""

    @staticmethod
    def of(event: Mapping[str, Any]) -> Request | None:
        """The request that an event is; None if the API did not send it."""
        context = event.get("requestContext")
        if not isinstance(context, dict) or not isinstance(context.get("http"), dict):
            return None
        authorizer = context.get("authorizer") or {}
        headers = event.get("headers") or {}
        return Request(
            path=str(event.get("rawPath", "")),
            headers={str(name).lower(): str(value) for name, value in headers.items()},
            body=_body(event),
            caller=str((authorizer.get("iam") or {}).get("userArn") or ""),
        )


def answer(status: int, body: str, kind: str = TEXT, **headers: str) -> dict[str, Any]:
    """An answer for the API to send."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"statusCode": status, "headers": {"content-type": kind, **named}, "body": body}


def _body(event: Mapping[str, Any]) -> bytes:
    text = str(event.get("body") or "")
    if not event.get("isBase64Encoded"):
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
