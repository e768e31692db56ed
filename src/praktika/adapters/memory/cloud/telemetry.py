"""Logs in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from praktika.errors import Absent
from praktika.ports.cloud.telemetry import Line, Source


class MemoryTelemetry:
    """A `Telemetry` in memory."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = {}

    def write(self, group: str, source: str, at: float, text: str) -> None:
        """Add a line. Not part of the port."""
        lines = self._lines.setdefault(group, [])
        lines.append(Line(id=f"{group}/{len(lines)}", at=at, source=source, text=text))

    def groups(self, prefix: str) -> Sequence[str]:
        """The names of groups that begin so; see the port."""
        return sorted(name for name in self._lines if name.startswith(prefix))

    def sources(self, group: str, limit: int) -> Sequence[Source]:
        """The streams of a group, newest first; see the port."""
        last: dict[str, float] = {}
        for line in self._of(group):
            last[line.source] = max(line.at, last.get(line.source, 0.0))
        newest = sorted(last.items(), key=lambda one: -one[1])
        return [Source(name=name, last=at) for name, at in newest[:limit]]

    def read(self, group: str, *, source: str = "", since: float = 0.0) -> Iterator[Line]:
        """The lines of a group or a stream; see the port."""
        lines = self._of(group)
        if source and source not in {line.source for line in lines}:
            raise Absent(f"there is no log of {source} in {group}")
        for line in sorted(lines, key=lambda line: line.at):
            if line.at >= since and source in {"", line.source}:
                yield line

    def _of(self, group: str) -> list[Line]:
        if group not in self._lines:
            raise Absent(f"there are no logs {group}")
        return self._lines[group]
