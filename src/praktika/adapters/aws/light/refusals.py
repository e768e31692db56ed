"""What AWS says no with, in the shape of botocore's errors; `faults` makes praktika's of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


class LightError(Exception):
    """A request to AWS has failed."""


class Unsigned(LightError):
    """There are no credentials to sign with."""


class Silent(LightError):
    """AWS did not answer."""


class Refused(LightError):
    """AWS says no, as `ClientError` of botocore tells it.

    Args:
        code, said: of the error.
        operation: the name of the request.
        status: of HTTP.
    """

    def __init__(self, code: str, said: str, operation: str, status: int) -> None:
        super().__init__(f"{operation}: {code}: {said}")
        self.code = code
        self.operation_name = operation
        self.response: dict[str, Any] = {
            "Error": {"Code": code, "Message": said},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }

    @staticmethod
    def of(status: int, headers: Mapping[str, str], body: bytes, operation: str) -> Refused:
        """The refusal that an answer is, in JSON, in XML, or without any words."""
        text = body.decode("utf-8", "replace")
        code, said = _json(text) if text.lstrip().startswith("{") else _xml(text)
        code = headers.get("x-amzn-errortype", "").partition(":")[0] or code or str(status)
        return Refused(code, said, operation, status)


def _json(text: str) -> tuple[str, str]:
    try:
        told: dict[str, Any] = json.loads(text)
    except ValueError:
        return "", text[:200]
    code = str(told.get("__type", "")).rpartition("#")[2].partition(":")[0]
    return code, str(told.get("message") or told.get("Message") or "")


def _xml(text: str) -> tuple[str, str]:
    return _between(text, "Code"), _between(text, "Message")


def _between(text: str, name: str) -> str:
    """The text of an element: a parser takes longer to import than all of this."""
    found = text.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
    for entity, sign in _ENTITIES.items():
        found = found.replace(entity, sign)
    return found
