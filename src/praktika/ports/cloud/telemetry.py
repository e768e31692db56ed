"""What the parts of an installation in a cloud have logged; it outlives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a log.

    Attributes:
        id: of this line, among all of its group.
        at: when it was written, in seconds since the epoch.
        source: the stream that it is in: a machine's id, or a function's process.
        text: without an end of line.
    """

    id: str
    at: float
    source: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A stream of lines.

    Attributes:
        name: a machine's id, or a function's process.
        last: when it was written to last, in seconds since the epoch; 0 if that is not known.
    """

    name: str
    last: float


class Telemetry(Protocol):
    """Groups of logs, each with a stream for whoever writes.

    Lines arrive some seconds after they were written, and not always in that order: whoever follows
    a log asks for a little more each time, and knows lines by their ids.
    """

    def groups(self, prefix: str) -> Sequence[str]:
        """The names of the groups that begin so, sorted."""

    def sources(self, group: str, limit: int) -> Sequence[Source]:
        """The streams of a group, those first that were written to last.

        Raises:
            Absent: there is no such group.
        """

    def read(self, group: str, *, source: str = "", since: float = 0.0) -> Iterator[Line]:
        """The lines of a group, or of one of its streams, in the order of their times.

        Args:
            group: its name.
            source: of the only stream that counts, or "".
            since: seconds since the epoch; what is older is left out.

        Raises:
            Absent: there is no such group, or stream.
        """
