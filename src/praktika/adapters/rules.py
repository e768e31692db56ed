"""The rules for what callers of ports pass, one for every adapter.

Keys, ranges and identities are made by praktika, so breaking a rule is a bug: ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

REMEMBERED = 300.0
"""Seconds for which a queue knows an identity after its message was removed, as in SQS."""

# 255 bytes is the longest file name, 1,024 the longest key of S3.
_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]{1,255}"
_KEY = re.compile(rf"(?=.{{1,1024}}\Z){_SEGMENT}(?:/{_SEGMENT})*")


def check_key(key: str) -> str:
    """The key itself, if it is one.

    Raises:
        ValueError: it is not.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a blob key: {key!r}")
    return key


def check_prefix(prefix: str) -> str:
    """The prefix as leading segments: "" or a key; one "/" at its end is dropped.

    Raises:
        ValueError: it is neither.
    """
    bare = prefix.removesuffix("/")
    return check_key(bare) if bare or prefix else ""


def check_range(start: int, end: int | None) -> None:
    """Refuse a negative bound, which stores do not understand as Python does.

    Raises:
        ValueError: a bound is negative.
    """
    if start < 0 or (end is not None and end < 0):
        raise ValueError(f"not a range of bytes: [{start}:{end}]")


def paired(
    bodies: Sequence[bytes], identity: Sequence[str]
) -> Sequence[tuple[bytes, str] | tuple[bytes, None]]:
    """Each body with its identity, or with None when there are none.

    Raises:
        ValueError: there are some, but not as many as bodies.
    """
    if not identity:
        return [(body, None) for body in bodies]
    if len(identity) != len(bodies):
        raise ValueError(f"{len(identity)} identities for {len(bodies)} bodies")
    return list(zip(bodies, identity, strict=True))
