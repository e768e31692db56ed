"""Loops of one process: each has a name, a thread, and says how it is.

A loop that raises is logged, rests and begins again; nothing but the end of the process ends it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from structlog.typing import FilteringBoundLogger

from praktika.errors import PraktikaError

REST = 2.0
"""Seconds that a loop rests after trouble."""

STALE = 60.0
_END = 5.0


class Pulse:
    """What a loop hears from outside, and what it tells of itself.

    Attributes:
        turns: how often it has gone round.
        handled: how many things it has dealt with.
        troubles: how often it had trouble.
        trouble: the last one that no turn has followed, or "".
        at: monotonic seconds of its last turn.
    """

    def __init__(self, over: threading.Event) -> None:
        self._over = over
        self.turns = 0
        self.handled = 0
        self.troubles = 0
        self.trouble = ""
        self.at = time.monotonic()

    def goes_on(self) -> bool:
        """Whether nobody has asked for the end."""
        return not self._over.is_set()

    def wait(self, seconds: float) -> None:
        """Let so much time pass, or less if somebody asks for the end."""
        self._over.wait(seconds)

    def beat(self, handled: int = 0) -> None:
        """Tell that a turn went well, and how much was dealt with in it."""
        self.turns += 1
        self.handled += handled
        self.trouble = ""
        self.at = time.monotonic()

    def fail(self, trouble: str) -> None:
        """Tell that a turn did not go well."""
        self.troubles += 1
        self.trouble = trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """Something that a process does again and again.

    Attributes:
        name: in logs, in `/healthz` and in metrics.
        serve: does it until `Pulse.goes_on` says otherwise, with a `Pulse.beat` for each turn.
        stale: seconds without a turn after which it is not well.
    """

    name: str
    serve: Callable[[Pulse], None]
    stale: float = STALE


def again(turn: Callable[[], int | None], pause: float = 0.0) -> Callable[[Pulse], None]:
    """`serve` of a loop of which each turn is one call, with a pause after each, well or not.

    Args:
        turn: what it returns is how much it has dealt with.
        pause: in seconds.
    """

    def serve(pulse: Pulse) -> None:
        while pulse.goes_on():
            try:
                pulse.beat(turn() or 0)
            except PraktikaError:
                pulse.wait(pause)
                raise
            if pause:
                pulse.wait(pause)

    return serve


@dataclass(slots=True, kw_only=True)
class _Going:
    loop: Loop
    pulse: Pulse
    thread: threading.Thread | None = None


@dataclass(slots=True)
class Loops:
    """All loops of a process.

    Args:
        loops: what there is to do.
        log: is told of trouble.
    """

    loops: Sequence[Loop]
    log: FilteringBoundLogger
    _over: threading.Event = field(default_factory=threading.Event)
    _going: list[_Going] = field(default_factory=list)

    def start(self) -> None:
        """Begin with all of them."""
        for loop in self.loops:
            going = _Going(loop=loop, pulse=Pulse(self._over))
            going.thread = threading.Thread(
                target=self._serve, args=(going,), name=loop.name, daemon=True
            )
            self._going.append(going)
            going.thread.start()

    def end(self, patience: float = _END) -> list[str]:
        """Ask all to end; the names of those that have not after `patience` seconds."""
        self._over.set()
        deadline = time.monotonic() + patience
        for going in self._going:
            if going.thread is not None:
                going.thread.join(max(0.0, deadline - time.monotonic()))
        return [
            going.loop.name
            for going in self._going
            if going.thread is not None and going.thread.is_alive()
        ]

    def pulses(self) -> dict[str, Pulse]:
        """What each loop tells of itself."""
        return {going.loop.name: going.pulse for going in self._going}

    def health(self) -> dict[str, str]:
        """For each loop "ok", or what is wrong with it."""
        return {going.loop.name: _health(going) for going in self._going}

    def _serve(self, going: _Going) -> None:
        pulse = going.pulse
        while pulse.goes_on():
            try:
                going.loop.serve(pulse)
            except Exception as error:  # noqa: BLE001 - the edge of the loop: it is logged
                self._note(going, error)
                pulse.wait(REST)

    def _note(self, going: _Going, error: Exception) -> None:
        going.pulse.fail(str(error) or type(error).__name__)
        if isinstance(error, PraktikaError):
            self.log.error("loop.delayed", loop=going.loop.name, reason=str(error))
        else:
            self.log.error("loop.failed", loop=going.loop.name, exc_info=error)


def _health(going: _Going) -> str:
    if going.thread is None or not going.thread.is_alive():
        return "it has ended"
    silent = time.monotonic() - going.pulse.at
    if silent > going.loop.stale:
        why = f": {going.pulse.trouble}" if going.pulse.trouble else ""
        return f"no turn went well for {silent:.0f} s{why}"
    return "ok"
