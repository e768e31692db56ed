"""A task that somebody else has leased, for the one process that is to deal with it.

On a machine of a cloud a small service leases tasks, and starts a runner for each. Until that
runner says that it keeps the lease itself, the service does, so there is no moment at which nobody
does. The file in which it comes is written by `praktika_controller`; a test holds them together.
"""

from __future__ import annotations

import base64
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from praktika.adapters.aws import letters
from praktika.adapters.passing import PassingQueue
from praktika.errors import Conflict, OperatorError
from praktika.ports.queue import Message, Queue

_REASON = ".ending"


class _Letter(msgspec.Struct, frozen=True, kw_only=True):
    """The file.

    Attributes:
        since: reading of this machine's monotonic clock, from which on the lease is counted.
        lease: its seconds.
        attributes: those of the message that hold bytes, as base64.
    """

    queue: str
    id: str
    receipt: str
    body: str
    deliveries: int
    since: float
    lease: float
    group: str = ""
    attributes: dict[str, str] = {}


class HandedTask:
    """A task that was handed over.

    Args:
        file: that it is in.
        on_taken: is told once the lease is kept here.

    Raises:
        OperatorError: the file cannot be read.

    Attributes:
        is_settled: whether it was dealt with, or given back.
    """

    def __init__(self, file: Path, on_taken: Callable[[], None]) -> None:
        self.letter = _read(file)
        self.on_taken = on_taken
        self.is_settled = False
        self._file = file

    def in_front_of(self, queue: Queue) -> HandedQueue:
        """The queue that has the task in place of all others of its queue."""
        return HandedQueue(queue, self)

    def why_ended(self) -> str:
        """Why this process was asked to end, if whoever asked has said so."""
        try:
            return self._file.with_name(self._file.name + _REASON).read_text()
        except OSError:
            return ""


class HandedQueue(PassingQueue):
    """A `Queue` in front of another one, from which one queue gives one message and no more.

    That message is the one that was handed over. All else goes to the other queue.

    Args:
        queue: the other one.
        task: what was handed over.
    """

    def __init__(self, queue: Queue, task: HandedTask) -> None:
        super().__init__(queue)
        self._task = task
        self._message: Message | None = _message(task.letter)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages; see the port. The one that was handed over has a new lease."""
        letter = self._task.letter
        if queue != letter.queue:
            return super().receive(queue, limit=limit, lease=lease, wait=wait)
        message, self._message = self._message, None
        # Who stood still for longer than the lease cannot know whose it is now (security 24).
        if message is None or time.monotonic() > letter.since + letter.lease:
            return []
        try:
            self.extend(message, lease)
        except Conflict:
            return []
        self._task.on_taken()
        return [message]

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        super().ack(messages)
        self._settle(messages)

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back; see the port."""
        super().release(message, delay)
        self._settle([message])

    def _settle(self, messages: Sequence[Message]) -> None:
        if any(message.receipt == self._task.letter.receipt for message in messages):
            self._task.is_settled = True


def tell_taken(variable: str) -> Callable[[], None]:
    """What writes a byte into the pipe whose number a variable holds, if it does."""

    def tell() -> None:
        number = os.environ.pop(variable, "")
        if number.isdecimal():
            os.write(int(number), b"1")
            os.close(int(number))

    return tell


def _read(file: Path) -> _Letter:
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Letter)
    except (OSError, msgspec.DecodeError) as error:
        raise OperatorError(f"the task in {file} cannot be read: {error}") from error


def _message(letter: _Letter) -> Message:
    values = {name: base64.b64decode(text) for name, text in letter.attributes.items()}
    system = {"ApproximateReceiveCount": str(letter.deliveries), "MessageGroupId": letter.group}
    received: Any = {
        "MessageId": letter.id,
        "ReceiptHandle": letter.receipt,
        "Body": letter.body,
        "Attributes": {name: value for name, value in system.items() if value},
        "MessageAttributes": {name: {"BinaryValue": value} for name, value in values.items()},
    }
    return letters.message(letter.queue, received)
