"""What systemd is told: that the service is up, what it does, and that it has not got stuck."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


class Supervisor:
    """The systemd that has started this process, or nobody.

    Args:
        environment: of this process.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        limit = environment.get("WATCHDOG_USEC", "")
        self._period = int(limit) / 4e6 if limit.isdecimal() else 0.0
        self._next = 0.0

    def tell(self, **values: str) -> None:
        """Send `NAME=value`: READY="1", STATUS="waiting for work"."""
        if not self._address:
            return
        text = "\n".join(f"{name}={value}" for name, value in values.items())
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(text.encode(), address)

    def alive(self) -> None:
        """Say that the main loop goes on; to be called at least every half minute."""
        if self._period and time.monotonic() >= self._next:
            self._next = time.monotonic() + self._period
            self.tell(WATCHDOG="1")
