"""JSON in and out of the model, with the errors that belong to it.

`decode` is the one door for bytes that somebody else wrote (a job, a branch, another version of
praktika): it checks types, refuses what is too large, and names the offending place.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class WireError(ValueError):
    """These bytes are not what they should be; the message says where and why."""


def encode(value: object) -> bytes:
    """Compact JSON of a model value."""
    return msgspec.json.encode(value)


def pretty(value: object) -> bytes:
    """Indented JSON of a model value, with a newline at its end, for people and diffs."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def decode(data: bytes | bytearray | memoryview, kind: type[T], *, limit: int | None = None) -> T:
    """A validated value of `kind`.

    Args:
        data: JSON text in UTF-8.
        kind: the expected type.
        limit: refuse more bytes than this.

    Raises:
        WireError: the data is too large, is not JSON, or is not of that shape.
    """
    size = len(data)
    if limit is not None and size > limit:
        raise WireError(f"{size:,} bytes, which is over the limit of {limit:,}")
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from error


def convert(value: Any, kind: type[T]) -> T:
    """A validated value of `kind` from plain Python data.

    Raises:
        WireError: the value is not of that shape.
    """
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise WireError(str(error)) from error
