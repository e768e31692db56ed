"""Lines of a function: one JSON object an event on stdout, which the cloud keeps as they are.

structlog takes longer to import than everything else of the webhook, so there are these few lines.
"""

from __future__ import annotations

import sys
import time
import traceback
from typing import Any

import msgspec


class Lines:
    """A `Log` whose lines all carry the same fields."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def info(self, event: str, **fields: Any) -> None:
        """Something happened."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something was refused, or is odd."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something has failed."""
        self._write("error", event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        """Something has failed, with the error that is being dealt with."""
        self._write("error", event, {**fields, "exception": traceback.format_exc()})

    def _write(self, level: str, event: str, fields: dict[str, Any]) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = {"timestamp": at, "level": level, "event": event, **self._fields, **fields}
        sys.stdout.write(msgspec.json.encode(line, enc_hook=str).decode() + "\n")
        sys.stdout.flush()
