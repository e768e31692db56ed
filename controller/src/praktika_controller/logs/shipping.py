"""Lines go to a stream of CloudWatch Logs, a few seconds after they were written."""

from __future__ import annotations

import threading
import time
from typing import Any

from praktika_controller.aws import AWS_ERRORS, Clients, code_of
from praktika_controller.logs.lines import Line, Waiting

PERIOD = 5.0
_PATIENCE = 10.0
_LONGEST = 120.0


class Shipping:
    """A sink that sends, in a thread of its own; whoever writes never waits.

    Args:
        aws: the clients.
        group, stream: where to; the group is there, the stream is made.
        period: seconds between two requests, where there is something to send.
    """

    def __init__(
        self,
        aws: Clients,
        group: str,
        stream: str,
        *,
        period: float = PERIOD,
        waiting: Waiting | None = None,
    ) -> None:
        self._aws = aws
        self._place: Any = {"logGroupName": group, "logStreamName": stream}
        self._period = period
        self._waiting = waiting or Waiting()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="shipping", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def put(self, text: str, at: float) -> None:
        """Take a line; see `Sink`."""
        self._waiting.put(text, at)

    def close(self) -> None:
        """Send what is left, for some seconds at most."""
        self._over.set()
        self._thread.join(_PATIENCE)

    def _go_on(self) -> None:
        pause = self._period
        while not self._over.wait(pause):
            is_sent = self._send_all()
            pause = self._period if is_sent else min(_LONGEST, pause * 2)
        self._send_all()

    def _send_all(self) -> bool:
        """Send what is there; whether all of it was taken."""
        deadline = time.monotonic() + _PATIENCE
        while lines := self._waiting.batch():
            if not self._send(lines):
                return False
            self._waiting.sent(len(lines))
            if time.monotonic() > deadline:
                break
        return True

    def _send(self, lines: list[Line]) -> bool:
        events: Any = [{"timestamp": line.at, "message": line.data.decode()} for line in lines]
        try:
            try:
                self._aws.logs.put_log_events(**self._place, logEvents=events)
            except self._aws.logs.exceptions.ResourceNotFoundException:
                self._aws.logs.create_log_stream(**self._place)
                self._aws.logs.put_log_events(**self._place, logEvents=events)
        except AWS_ERRORS as error:
            # What is malformed stays so: it must not hold up what comes after it. There is
            # nobody to tell of it but this very log, which is also on the disk.
            return code_of(error) in {"InvalidParameterException", "DataAlreadyAcceptedException"}
        return True
