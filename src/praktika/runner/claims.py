"""Claims: of several runners that see one task, one may run it."""

from __future__ import annotations

import secrets
from enum import Enum

from praktika.errors import Conflict
from praktika.model.task import Claim, Task
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.ports.queue import Message


class Claimed(Enum):
    """Whose an attempt is."""

    OURS = "ours"
    DUPLICATE = "duplicate"
    """Somebody has it by another message, which is still there: this one is superfluous."""
    LAPSED = "lapsed"
    """Somebody had it by this very message, and did not keep its lease."""


def claim(blobs: Blobs, task: Task, message: Message, runner: str) -> Claimed:
    """Try to make an attempt ours, for good; whose it is."""
    key = f"runs/{task.run}/jobs/{task.job}/{task.attempt}/claim"
    mine = Claim(runner=runner, message=message.id, token=secrets.token_hex(8))
    try:
        patiently(lambda: blobs.create(key, encode(mine)))
    except Conflict:
        return _whose(patiently(lambda: blobs.get(key)), mine)
    return Claimed.OURS


def _whose(data: bytes, mine: Claim) -> Claimed:
    try:
        found = decode(data, Claim)
    except WireError:
        return Claimed.LAPSED
    if found == mine:
        return Claimed.OURS  # only the answer to our request was lost
    return Claimed.LAPSED if found.message == mine.message else Claimed.DUPLICATE
