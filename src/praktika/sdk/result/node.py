"""The shape of a Result, and its JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from praktika.sdk.files import to_json
from praktika.sdk.result.status import (
    GOOD,
    IN_FLIGHT,
    GHStatus,
    Label,
    Status,
    aggregate,
    status_of,
)

_INDENT_UP_TO = 2_000
_FIELDS = frozenset(
    ("name", "status", "start_time", "duration", "results", "files", "links", "info", "ext")
)


class Node:
    """One outcome and its parts.

    Attributes:
        name: what this is the outcome of.
        start_time: seconds since the epoch, or None.
        duration: seconds, or None.
        results: the parts, in the order in which they ran.
        files: paths of attached files.
        links: URLs.
        info: text for people; may have many lines.
        ext: everything else, by the keys that `docs/result.md` lists.
    """

    Status = Status
    StatusExtended = Status  # deprecated: one set of words serves both
    GHStatus = GHStatus
    Label = Label

    def __init__(  # noqa: PLR0913 - one parameter a field
        self,
        name: str,
        status: str | bool,  # noqa: FBT001 - a bool is one way to say a status
        start_time: float | None = None,
        duration: float | None = None,
        results: Iterable[Self] | None = None,
        *,
        files: Iterable[object] | None = None,
        links: Iterable[object] | None = None,
        info: str = "",
        ext: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.status = status_of(status)
        self.start_time = start_time
        self.duration = duration
        self.results: list[Self] = list(results) if results else []
        self.files: list[str] = [str(file) for file in files] if files else []
        self.links: list[str] = [str(link) for link in links] if links else []
        self.info = info
        self.ext: dict[str, Any] = dict(ext) if ext else {}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        return all(getattr(self, key) == getattr(other, key) for key in _FIELDS)

    __hash__ = None  # type: ignore[assignment] # a Result changes

    def __repr__(self) -> str:
        parts = f", {len(self.results)} parts" if self.results else ""
        return f"Result({self.name!r}, {self.status}{parts})"

    @property
    def status(self) -> str:
        """One of the words of `Status`; assigning an older word or a bool is understood."""
        return self._status

    @status.setter
    def status(self, value: str | bool) -> None:
        self._status = status_of(value)

    def is_ok(self) -> bool:
        """Whether nothing has to be mended: OK, SKIPPED or XFAIL."""
        return self._status in GOOD

    def is_success(self) -> bool:
        """Whether it ran and came out as it should: OK or XFAIL."""
        return self._status in {Status.OK, Status.XFAIL}

    def is_failure(self) -> bool:
        """Whether it ran and came out wrong: FAIL or XPASS."""
        return self._status in {Status.FAIL, Status.XPASS}

    def is_error(self) -> bool:
        """Whether the infrastructure failed it."""
        return self._status == Status.ERROR

    def is_skipped(self) -> bool:
        """Whether it was not meant to run."""
        return self._status == Status.SKIPPED

    def is_dropped(self) -> bool:
        """Whether it was given up before it ran."""
        return self._status == Status.DROPPED

    def is_running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._status == Status.RUNNING

    def is_pending(self) -> bool:
        """Whether it has not begun yet."""
        return self._status == Status.PENDING

    def is_completed(self) -> bool:
        """Whether its status will not change any more."""
        return self._status not in IN_FLIGHT

    def update_status(self) -> Self:
        """Take the status that follows from the parts (see `aggregate`), if there are any."""
        if self.results:
            self._status = aggregate(part.status for part in self.results)
        return self._changed()

    def walk(self) -> Iterator[tuple[tuple[str, ...], Self]]:
        """Every node with the names of its ancestors and itself, parents first."""
        stack: list[tuple[tuple[str, ...], Self]] = [((self.name,), self)]
        while stack:
            path, node = stack.pop()
            yield path, node
            stack.extend(((*path, part.name), part) for part in reversed(node.results))

    def to_dict(self) -> dict[str, Any]:
        """Plain data of exactly the shape that `docs/result.md` describes."""
        return {
            "name": str(self.name),
            "status": self._status,
            "start_time": _seconds(self.start_time),
            "duration": _seconds(self.duration),
            "results": [part.to_dict() for part in self.results],
            "files": [str(file) for file in self.files],
            "links": [str(link) for link in self.links],
            "info": text_of(self.info),
            "ext": self.ext,
        }

    def to_json(self) -> bytes:
        """The JSON that is stored: indented while people may want to read it, compact when large.

        The limit is 2,000 nodes: the indenting writer is ten times slower.
        """
        small = all(count < _INDENT_UP_TO for count, _ in enumerate(self.walk()))
        return to_json(self.to_dict(), indent=4 if small else None)

    @classmethod
    def from_dict(cls, obj: Mapping[str, Any]) -> Self:
        """A Result from plain data, whoever wrote it.

        Unknown keys go into `ext`; a value of a wrong type counts as absent; an unknown status
        becomes UNKNOWN and says so among the errors.

        Raises:
            ValueError: it is not a mapping at all.
        """
        if not isinstance(obj, Mapping):
            raise ValueError(  # noqa: TRY004 - the data is wrong, not the call
                f"a Result is a JSON object, not {type(obj).__name__}"
            )
        ext = obj.get("ext")
        node = cls(
            str(obj.get("name", "")),
            Status.UNKNOWN,
            _seconds(obj.get("start_time")),
            _seconds(obj.get("duration")),
            [cls.from_dict(part) for part in _list(obj.get("results")) if isinstance(part, dict)],
            files=_list(obj.get("files")),
            links=_list(obj.get("links")),
            info=text_of(obj.get("info")),
            ext=ext if isinstance(ext, dict) else None,
        )
        for key in obj.keys() - _FIELDS:
            node.ext.setdefault(key, obj[key])
        node._read_status(obj.get("status"))
        return node

    def _read_status(self, word: object) -> None:
        try:
            self.status = status_of(word if isinstance(word, str | bool) else "")
        except ValueError as error:
            message = {"message": str(error), "from": self.name}
            self.ext["errors"] = [*_list(self.ext.get("errors")), message]

    def _changed(self) -> Self:
        """Called by everything that changes this Result after it was made."""
        return self


def text_of(value: object) -> str:
    """Text for `info` from what authors give: text, lines, nothing, or anything else."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return str(value)


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and math.isfinite(value):
        return value
    return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
