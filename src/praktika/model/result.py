"""The one shape of an outcome: workflow, job, step and test alike.

A Result is a tree. Its status words are the author-facing ones; FAIL is the author's (a test, a
compiler error), ERROR is the infrastructure's (a lost runner, a timeout, an unreadable result).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any

import msgspec


class Status(StrEnum):
    """What became of something, or where it stands."""

    OK = "OK"
    FAIL = "FAIL"
    ERROR = "ERROR"
    SKIPPED = "SKIPPED"
    UNKNOWN = "UNKNOWN"
    XFAIL = "XFAIL"
    XPASS = "XPASS"
    PENDING = "PENDING"
    RUNNING = "RUNNING"
    DROPPED = "DROPPED"

    @property
    def is_ok(self) -> bool:
        """Whether nothing has to be mended: OK, SKIPPED or XFAIL."""
        return self in _GOOD

    @property
    def is_settled(self) -> bool:
        """Whether this status will not change any more."""
        return self not in _IN_FLIGHT


_GOOD = frozenset({Status.OK, Status.SKIPPED, Status.XFAIL})
_IN_FLIGHT = frozenset({Status.PENDING, Status.RUNNING})
_BAD = frozenset({Status.FAIL, Status.UNKNOWN, Status.XPASS})


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One node of the tree of outcomes.

    Attributes:
        name: what this is the outcome of, as its author wrote it.
        status: see `Status`.
        start_time: seconds since the epoch, or None when it never started.
        duration: seconds of monotonic time, or None.
        results: the parts, in the order in which they ran.
        files: attached files, as paths below the directory of the run.
        links: URLs.
        info: text for people; may have many lines.
        ext: everything else, by the keys that `docs/result.md` lists.
    """

    name: str
    status: Status
    start_time: float | None = None
    duration: float | None = None
    results: tuple[Result, ...] = ()
    files: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    info: str = ""
    ext: dict[str, Any] = {}


def aggregate(statuses: Iterable[Status]) -> Status:
    """The status of a whole from those of its parts: the worst; OK when there are none.

    ERROR outweighs FAIL, and both outweigh what is still in flight.
    """
    seen = set(statuses)
    if Status.ERROR in seen:
        return Status.ERROR
    if seen & _BAD or Status.DROPPED in seen:
        return Status.FAIL
    if Status.RUNNING in seen:
        return Status.RUNNING
    if Status.PENDING in seen:
        return Status.PENDING
    return Status.OK


def walk(result: Result) -> Iterator[tuple[tuple[str, ...], Result]]:
    """Every node with the names of its ancestors and itself, parents first."""
    stack: list[tuple[tuple[str, ...], Result]] = [((result.name,), result)]
    while stack:
        path, node = stack.pop()
        yield path, node
        stack.extend(((*path, child.name), child) for child in reversed(node.results))


def leaves(result: Result) -> Iterator[tuple[tuple[str, ...], Result]]:
    """The nodes without parts: the tests, or a job that has none."""
    return ((path, node) for path, node in walk(result) if not node.results)
