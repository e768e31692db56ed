"""The rules for what callers of ports pass, one for every adapter.

Keys, runs, queue names and identities are made by praktika, so breaking a rule is a bug:
ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from praktika.ports.queue import MAX_BODY, MAX_DELAY, MAX_LEASE, ORDERED, dead_letters

REMEMBERED = 300.0
"""Seconds for which an ordered queue knows an identity, from its sending on, as in SQS."""

# 255 bytes is the longest file name, 1,024 the longest key of S3.
_SEGMENT = r"(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._-]{1,255}"
_KEY = re.compile(rf"(?=.{{1,1024}}\Z){_SEGMENT}(?:/{_SEGMENT})*")
_RUN = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,128}")
_QUEUE = re.compile(r"[A-Za-z0-9._-]{1,60}")
_DEAD = "-dead"
# It stands in a comment of HTML, which it must not end.
_MARKER = re.compile(r"(?!.*--)[A-Za-z0-9._/-]{1,200}")


def check_key(key: str) -> str:
    """The key itself, if it is one.

    Raises:
        ValueError: it is not.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a blob key: {key!r}")
    return key


def check_marker(marker: str) -> str:
    """The marker of a comment itself, if it is one.

    Raises:
        ValueError: it is not.
    """
    if not _MARKER.fullmatch(marker):
        raise ValueError(f"not a marker of a comment: {marker!r}")
    return marker


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


def check_run(run: str) -> str:
    """The id of a run itself, if it is one.

    Raises:
        ValueError: it is not.
    """
    if not _RUN.fullmatch(run):
        raise ValueError(f"not the id of a run: {run!r}")
    return run


def is_ordered(queue: str) -> bool:
    """Whether the queue of that name is an ordered one.

    Raises:
        ValueError: it is not the name of a queue, nor of one for dead letters.
    """
    bare = queue.removesuffix(ORDERED)
    ordered = bare != queue
    living = bare.removesuffix(_DEAD) + (ORDERED if ordered else "")
    if not _QUEUE.fullmatch(living) or living == ORDERED:
        raise ValueError(f"not the name of a queue: {queue!r}")
    return ordered


def grave_of(queue: str) -> str:
    """Where the dead letters of a queue go; "" for a queue that is one of dead letters."""
    return "" if queue.removesuffix(ORDERED).endswith(_DEAD) else dead_letters(queue)


def check_lease(lease: float) -> None:
    """Refuse what no store could keep.

    Raises:
        ValueError: the lease is not positive, or too long.
    """
    if not 0 < lease <= MAX_LEASE:
        raise ValueError(f"not the length of a lease: {lease} s")


def check_delay(delay: float) -> None:
    """Refuse what no store could hold back for so long.

    Raises:
        ValueError: the delay is negative or too long.
    """
    if not 0 <= delay <= MAX_DELAY:
        raise ValueError(f"not a delay: {delay} s")


def paired(
    queue: str, bodies: Sequence[bytes], group: str, identity: Sequence[str], delay: float
) -> list[tuple[bytes, str | None]]:
    """Each body that is to be sent with its identity, or with None when there are none.

    Raises:
        ValueError: what was given does not belong to that kind of queue, the numbers of bodies
            and identities differ, or a body is too large.
    """
    check_delay(delay)
    if is_ordered(queue):
        if not group or delay:
            raise ValueError(f"{queue} is an ordered queue: it takes a group and no delay")
    elif group or identity:
        raise ValueError(f"{queue} is a plain queue: it takes no group and no identities")
    if identity and len(identity) != len(bodies):
        raise ValueError(f"{len(identity)} identities for {len(bodies)} bodies")
    for body in bodies:
        if len(body) > MAX_BODY:
            raise ValueError(
                f"a message of {len(body):,} bytes for {queue} is over the limit of {MAX_BODY:,}: "
                "store it as a blob and send its key"
            )
    names: Sequence[str | None] = identity or [None] * len(bodies)
    return list(zip(bodies, names, strict=True))
