"""Keeping a lease until somebody else does."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Self

from praktika_controller.aws import AWS_ERRORS
from praktika_controller.logs.journal import log
from praktika_controller.queues import Leased, Queues


class Keeper:
    """Renews a lease at a third of it, in a thread of its own, until it is handed over.

    Args:
        queues: where the message is from.
        leased: the message.
        lease: seconds.
    """

    def __init__(self, queues: Queues, leased: Leased, lease: int) -> None:
        self.leased = leased
        self.is_lost = False
        self._queues = queues
        self._lease = lease
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hand_over()

    def hand_over(self) -> None:
        """Renew no more: somebody else does."""
        self._over.set()
        self._thread.join()

    def give_back(self, delay: int = 0) -> None:
        """Let others have the message, after so many seconds; nothing if it is not ours."""
        self.hand_over()
        try:
            self._queues.extend(self.leased, delay)
        except AWS_ERRORS as error:  # then the lease lapses, which comes to the same
            log("lease.kept", message=self.leased.id, reason=str(error))

    def _keep(self) -> None:
        while not self._over.wait(self._lease / 3):
            self.renew()
            if self.is_lost:
                return

    def renew(self) -> None:
        """Renew once; an answer that does not come is waited for next time."""
        before = time.monotonic()
        if before > self.leased.since + self._lease:
            self.is_lost = True
            return
        try:
            self.is_lost = not self._queues.extend(self.leased, self._lease)
        except AWS_ERRORS as error:
            log("lease.unrenewed", message=self.leased.id, reason=str(error))
            return
        if not self.is_lost:
            self.leased = replace(self.leased, since=before)
