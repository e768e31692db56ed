"""One test as its runner reports it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from praktika.sdk.result.status import Status

_ORDER = (Status.OK, Status.SKIPPED, Status.XFAIL, Status.XPASS, Status.ERROR, Status.FAIL)


class Case(NamedTuple):
    """A test.

    Attributes:
        name: by which its runner can run it alone, where it tells.
        status: a word of `Status`.
        duration: seconds, or None.
        info: why it did not pass, with what it printed.
        start_time: seconds since the epoch, or None.
        ext: `file`, `line` and `classname`, as far as they are known; `labels`.
    """

    name: str
    status: str
    duration: float | None = None
    info: str = ""
    start_time: float | None = None
    ext: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes


class Report(NamedTuple):
    """What a report file says.

    Attributes:
        cases: the tests, in the order in which they ran.
        is_complete: whether the runner came to its end.
    """

    cases: list[Case]
    is_complete: bool


def worst(statuses: Iterable[str]) -> str:
    """The status of a test from those of its phases."""
    return max(statuses, key=_ORDER.index, default=Status.UNKNOWN)


def clipped(text: str, limit: int = 64 * 1024) -> str:
    """The end of a text that is too long."""
    return (
        text
        if len(text) <= limit
        else f"… {len(text) - limit:,} characters left out …\n" + (text[-limit:])
    )
