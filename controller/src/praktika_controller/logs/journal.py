"""The log of the controller: one JSON object a line, with a time, an event and its fields."""

from __future__ import annotations

import json
import logging
import logging.handlers
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

FILE_BYTES = 10 << 20
FILES = 4
"""So many older files are kept beside the one that is written."""

_LOGGER = logging.getLogger("praktika_controller")
_LOGGER.propagate = False
_LOGGER.addHandler(logging.NullHandler())


class Sink(Protocol):
    """Takes lines, and never waits."""

    def put(self, text: str, at: float) -> None:
        """Take a line that was written at `at`, in seconds since the epoch."""


def log(event: str, **fields: object) -> None:
    """Write one line.

    Args:
        event: `noun.verb`.
        fields: what JSON can hold; anything else is written as text.
    """
    line = {"at": round(time.time(), 3), "event": event, **fields}
    _LOGGER.info("%s", json.dumps(line, default=str, ensure_ascii=False))


def set_up(sinks: Sequence[Sink]) -> Callable[[], None]:
    """Let lines go to these sinks from now on; what ends that."""
    handlers = [_Handler(sink) for sink in sinks]
    for handler in handlers:
        _LOGGER.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)

    def end() -> None:
        for handler in handlers:
            _LOGGER.removeHandler(handler)

    return end


class _Handler(logging.Handler):
    def __init__(self, sink: Sink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        self._sink.put(record.getMessage(), record.created)


class File:
    """A file that is rotated, so that it never fills the disk (fault 66).

    Args:
        path: of the newest one; older ones have `.1`, `.2` behind it.
    """

    def __init__(self, path: Path, size: int = FILE_BYTES, count: int = FILES) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=size, backupCount=count, encoding="utf-8", errors="replace"
        )

    def put(self, text: str, at: float) -> None:
        """Write a line; see `Sink`."""
        record = logging.LogRecord("praktika", logging.INFO, "", 0, text, None, None)
        record.created = at
        self._handler.handle(record)

    def close(self) -> None:
        """Write no more."""
        self._handler.close()
