"""What is coming to this machine: AWS takes it back, or might, or an operator wants new ones."""

from __future__ import annotations

import json
import threading
from enum import Enum

from praktika_controller.faults import Fault
from praktika_controller.logs.journal import log
from praktika_controller.machine.metadata import Metadata

LEAVE = "praktika_leave"
"""The tag that `praktika infrastructure --restart-instances` gives to machines."""

PERIOD = 5.0
"""Seconds between two looks; a notice comes two minutes ahead."""


class Notice(Enum):
    """What was announced, the more urgent one later."""

    NONE = "none"
    ASKED = "an operator asks for it"
    """Its tag says so: take nothing new, end what goes on, and leave."""
    REBALANCE = "rebalance"
    """The risk has risen: take nothing new, end what goes on, and leave."""
    INTERRUPTION = "interruption"
    """It ends in two minutes: give back what goes on, and leave."""


class Notices:
    """Looks now and then, in a thread of its own.

    Args:
        metadata: of this machine.
        period: seconds between two looks.
    """

    def __init__(self, metadata: Metadata, period: float = PERIOD) -> None:
        self.notice = Notice.NONE
        self._metadata = metadata
        self._period = period
        self._over = threading.Event()

    def start(self) -> None:
        """Begin to look; the thread ends with the process, or after `close`."""
        threading.Thread(target=self._watch, name="notices", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._over.set()

    def look(self) -> None:
        """Look once.

        Raises:
            Fault: the metadata service does not answer.
        """
        action = self._metadata.get("meta-data/spot/instance-action")
        if action:
            self._announce(Notice.INTERRUPTION, action)
        elif self._metadata.get("meta-data/events/recommendations/rebalance"):
            self._announce(Notice.REBALANCE, "")
        elif self._metadata.get(f"meta-data/tags/instance/{LEAVE}"):
            self._announce(Notice.ASKED, "")

    def _announce(self, notice: Notice, action: str) -> None:
        if notice is self.notice:
            return
        self.notice = notice
        log("notice.received", notice=notice.value, action=_shown(action))

    def _watch(self) -> None:
        while not self._over.wait(self._period):
            try:
                self.look()
            except Fault as fault:
                log("notice.unknown", reason=str(fault))


def _shown(action: str) -> str:
    try:
        return str(json.loads(action).get("action", ""))
    except (ValueError, AttributeError):
        return ""
