"""The file that tells whoever has started this process since when there is nothing to do."""

from __future__ import annotations

from pathlib import Path

from praktika.adapters.disk import os_fault
from praktika.wiring.serving.loops import Loops

FILE = "idle"


class Idle:
    """Touches a file whenever something was dealt with.

    What takes long is not seen before its end: its message is leased meanwhile, which its queue
    tells.

    Args:
        root: the folder that it is in.

    Raises:
        OperatorError: it cannot be made.
    """

    def __init__(self, root: Path) -> None:
        self._file = root / FILE
        self._handled = 0
        self._touch()

    def look(self, loops: Loops) -> None:
        """Touch it if these loops have dealt with something since."""
        handled = sum(pulse.handled for pulse in loops.pulses().values())
        if handled != self._handled:
            self._handled = handled
            self._touch()

    def _touch(self) -> None:
        try:
            self._file.touch()
        except OSError as error:
            raise os_fault(error, f"cannot touch {self._file}") from error
