"""A leased message on its way to the child that deals with it: a file that only we can read."""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from praktika_controller.queues import Leased

REASON = ".ending"
"""What the name of a letter ends with beside which it says why its runner is being ended."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A file with a leased message.

    Attributes:
        path: of it.
    """

    path: Path

    def write(self, leased: Leased, lease: int) -> None:
        """Write the message, whose lease has so many seconds."""
        said = {
            "queue": leased.queue,
            "id": leased.id,
            "receipt": leased.receipt,
            "body": leased.body,
            "deliveries": leased.deliveries,
            "group": leased.group,
            "attributes": {
                name: base64.b64encode(value).decode() for name, value in leased.attributes.items()
            },
            "since": leased.since,
            "lease": lease,
        }
        _write_private(self.path, json.dumps(said).encode())

    def give_reason(self, text: str) -> None:
        """Say why the runner is about to get SIGTERM."""
        _write_private(self._reason, text.encode())

    def remove(self) -> None:
        """Leave nothing."""
        for path in (self.path, self._reason):
            path.unlink(missing_ok=True)

    @property
    def _reason(self) -> Path:
        return self.path.with_name(self.path.name + REASON)


def run_of(leased: Leased) -> str:
    """The run that a task belongs to, "" if it is none; tasks may be signed."""
    found = _object(leased.body)
    if isinstance(found.get("body"), str):
        found = _object(found["body"])
    run = found.get("run", "")
    return run if isinstance(run, str) and "/" not in run else ""


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write_private(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
