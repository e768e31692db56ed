"""Only one deploy of a project at a time.

A parameter that only one can create says who is at it, and tells of life every so often. What a
dead process has left is taken away at once on its own machine, and elsewhere after a while. Should
two still meet, the cloud does one thing at a time with each stack.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from praktika.errors import Conflict, OperatorError, PraktikaError
from praktika.model.wire import WireError, decode, encode
from praktika.ports.cloud.parameters import Parameters

STALE = 120.0
"""Seconds without a sign of life after which nobody is there any more."""

BEAT = 20.0


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """Who is at it, since when, and when last heard of, in seconds since the epoch."""

    token: str
    by: str
    host: str
    pid: int
    since: float
    seen: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """This process, and how it knows about others.

    Attributes:
        by: who runs it.
        host, pid: where.
        now: seconds since the epoch.
        is_alive: whether a process of this machine is there.
    """

    by: str
    host: str
    pid: int
    now: Callable[[], float]
    is_alive: Callable[[int], bool]


class Lock:
    """The right to change a project.

    Args:
        parameters: where the mark is.
        name: of its parameter.
        me: this process.
    """

    def __init__(self, parameters: Parameters, name: str, me: Me) -> None:
        self._parameters = parameters
        self._name = name
        self._me = me
        self._is_lost = False
        now = me.now()
        self._mark = Mark(
            token=secrets.token_hex(8), by=me.by, host=me.host, pid=me.pid, since=now, seen=now
        )

    def acquire(self) -> None:
        """Begin.

        Raises:
            OperatorError: somebody else is at it.
        """
        found = self._parameters.get(self._name)
        if found is not None:
            other = _mark(found.text)
            if other is not None and not is_over(other, self._me):
                raise OperatorError(_refusal(other, self._me.now()))
            self._parameters.delete(self._name)
        try:
            self._parameters.create(self._name, self._text(), about="A deploy is under way.")
        except Conflict:
            raise OperatorError("another deploy of this project has just begun") from None

    def beat(self) -> None:
        """Tell of life; what `check` has to know is kept."""
        with contextlib.suppress(PraktikaError):  # the next one may get through
            found = self._parameters.get(self._name)
            other = _mark(found.text) if found else None
            if other is None or other.token != self._mark.token:
                self._is_lost = True
            else:
                self._parameters.replace(self._name, self._text())

    def check(self) -> None:
        """Go on only if we still may.

        Raises:
            OperatorError: somebody else has taken over.
        """
        if self._is_lost:
            raise OperatorError(
                "another deploy of this project has taken over, as this one gave no sign of life. "
                "What was begun goes on by itself."
            )

    def release(self) -> None:
        """End, unless somebody else has taken over."""
        found = self._parameters.get(self._name)
        other = _mark(found.text) if found else None
        if other is not None and other.token == self._mark.token:
            self._parameters.delete(self._name)

    def _text(self) -> str:
        return encode(msgspec.structs.replace(self._mark, seen=self._me.now())).decode()


def is_over(mark: Mark, me: Me) -> bool:
    """Whether nobody is there any more who has left a mark."""
    if mark.host == me.host and not me.is_alive(mark.pid):
        return True
    return me.now() - mark.seen > STALE


def _mark(text: str) -> Mark | None:
    try:
        return decode(text.encode(), Mark)
    except WireError:
        return None


def _refusal(mark: Mark, now: float) -> str:
    ago = max(0, round(now - mark.seen))
    return (
        f"{mark.by} on {mark.host} (process {mark.pid}) is deploying this project, since "
        f"{max(0, round(now - mark.since))} s; its last sign of life is {ago} s old. Wait until it "
        f"is done; if it was killed, try again in {max(1, round(STALE) - ago)} s."
    )
