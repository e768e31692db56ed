"""What signed messages and proven reports look like."""

from __future__ import annotations

from typing import Literal

import msgspec

from praktika.model.wire import WireError, decode
from praktika.ports.queue import MAX_BODY

_LARGEST = 2 * MAX_BODY
"""Bytes: text in text may need more."""


class Signed(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A message of an orchestrator.

    Attributes:
        v: of the format; there is no older one, and none without a signature.
        body: what it says, JSON.
        signature: see `signed_bytes`; Base64.
        proof: what a runner has to show to tell of this task; "" in requests to stop.
    """

    v: Literal[1]
    body: str
    signature: str
    proof: str = ""


class Proven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message of a runner.

    Attributes:
        v: of the format.
        body: an event, JSON.
        proof: that came with the task.
    """

    v: Literal[1]
    body: str
    proof: str


class Refused(Exception):
    """A message is not from whom it should be; the text says why."""


def signed_bytes(queue: str, proof: str, body: str) -> bytes:
    """What is signed: a message is good in one queue alone, and with its own proof."""
    return b"\0".join(text.encode("utf-8", "replace") for text in (queue, proof, body))


def opened(data: bytes, kind: type[Signed | Proven]) -> Signed | Proven:
    """The envelope that these bytes are.

    Raises:
        Refused: they are none.
    """
    try:
        return decode(data, kind, limit=_LARGEST)
    except WireError as error:
        raise Refused(f"it is not in an envelope: {error}") from error
