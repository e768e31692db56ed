"""Webhooks as GitHub sends them, and a reception that takes them in."""

from __future__ import annotations

import functools
import hmac
import json
import lzma
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from structlog.testing import LogCapture

from praktika.adapters.github.payloads import notices
from praktika.adapters.github.signature import Signatures
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.queue import MemoryQueue
from praktika.intake.allowed import Allowed
from praktika.intake.names import NOTICES
from praktika.intake.reception import Reception
from praktika.model.notices import AnyNotice, decode_notice

FIXTURE = Path(__file__).parents[2] / "fixtures" / "github" / "webhooks.json.xz"
SECRET = "not to be guessed"
APP = 29310
"""The app of most checks in the examples."""

SHA = "ec26c3e57ca3a959ca5aad62de7213c562f8c821"
REPOSITORIES = ("Codertocat/Hello-World", "octo-org/octo-repo")


@functools.cache
def examples() -> dict[str, list[dict[str, Any]]]:
    """GitHub's examples of payloads, by event."""
    with lzma.open(FIXTURE) as file:
        return {one["name"]: one["examples"] for one in json.load(file)}


def example(event: str, action: str = "") -> dict[str, Any]:
    """A copy of the first example of an event and action."""
    found = next(one for one in examples()[event] if one.get("action", "") == action)
    copy: dict[str, Any] = json.loads(json.dumps(found))
    return copy


def read(event: str, payload: dict[str, Any], *, app: int = APP) -> list[AnyNotice]:
    """What a payload tells."""
    return list(notices(event, "d-1", json.dumps(payload).encode(), 5.0, app=app))


def signed(body: bytes, secret: str = SECRET) -> str:
    """The value of the header for these bytes."""
    return "sha256=" + hmac.new(secret.encode(), body, "sha256").hexdigest()


def headers(event: str, body: bytes, delivery: str = "d-1") -> dict[str, str]:
    """The headers that GitHub sends with a payload."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "GitHub-Hookshot/044aadd",
        "X-GitHub-Delivery": delivery,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": "292430182",
        "X-Hub-Signature-256": signed(body),
    }


class Desk:
    """A reception whose queue is in memory."""

    def __init__(self, allowed: tuple[str, ...] = REPOSITORIES, **others: Any) -> None:
        self.clock = ManualClock()
        self.queue = MemoryQueue(self.clock)
        self.seen = LogCapture()
        log = structlog.wrap_logger(structlog.PrintLogger(), processors=[self.seen])
        parts = {
            "queue": self.queue,
            "clock": self.clock,
            "allowed": Allowed(allowed),
            "verify": Signatures([SECRET]).accepts,
            "understand": partial(notices, app=APP),
            "log": log,
        }
        self.reception = Reception(**{**parts, **others})

    def receive(self, event: str, payload: object, delivery: str = "d-1") -> int:
        """The status for a payload that is signed as it should be."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return self.reception.receive(headers(event, body, delivery), body).status

    @property
    def waiting(self) -> int:
        """How many notices wait in the queue."""
        return self.queue.depth(NOTICES)

    def take(self) -> list[AnyNotice]:
        """The notices that wait, one of each group."""
        return [decode_notice(one.body) for one in self.queue.receive(NOTICES, limit=100)]

    @property
    def logged(self) -> list[str]:
        """The names of the lines in the log."""
        return [entry["event"] for entry in self.seen.entries]
