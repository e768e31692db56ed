"""The modules `time` and `threading`, as far as praktika uses them, for fibers.

The code on trial keeps its own threads (`Beat`, `Control`), locks and pauses: in a simulation its
modules find these in place of the real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from unittest import mock

from tests.simulation.system.scheduler import NEVER, Fiber, current

from praktika import patience
from praktika.orchestrator import case, orchestrator
from praktika.runner import claims, control, hold


class Event:
    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[Fiber] = []

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        if self._waiting:
            current().process.scheduler.wake(self._waiting)
            self._waiting = []

    def wait(self, timeout: float | None = None) -> bool:
        scheduler = current().process.scheduler
        until = NEVER if timeout is None else scheduler.now + timeout
        while not self._is_set and (scheduler.now < until or scheduler.over):
            self._waiting.append(current())
            scheduler.park(until)
        return self._is_set


class Lock:
    def __init__(self) -> None:
        self._owner: Fiber | None = None
        self._waiting: list[Fiber] = []

    def __enter__(self) -> None:
        while self._owner is not None:
            self._waiting.append(current())
            current().process.scheduler.park(NEVER)
        self._owner = current()

    def __exit__(self, *_: object) -> None:
        self._owner = None
        if self._waiting:
            scheduler = current().process.scheduler
            waiting, self._waiting = self._waiting, []
            scheduler.wake(waiting)


class Thread:
    def __init__(
        self,
        target: Callable[..., None],
        args: Sequence[object] = (),
        name: str = "",
        *,
        daemon: bool = False,
    ) -> None:
        self._target = target
        self._args = args
        self._ended = Event()

    def start(self) -> None:
        current().process.start(self._run)

    def join(self, timeout: float | None = None) -> None:
        if not current().process.scheduler.over:
            self._ended.wait(timeout)

    def _run(self) -> None:
        self._target(*self._args)
        self._ended.set()


def _token_hex(count: int) -> str:
    return f"{current().process.scheduler.random.getrandbits(8 * count):x}"


def _monotonic() -> float:
    return current().process.scheduler.now


def _sleep(seconds: float) -> None:
    current().process.scheduler.sleep(seconds)


TIME = SimpleNamespace(monotonic=_monotonic, sleep=_sleep)
THREADING = SimpleNamespace(Event=Event, Lock=Lock, Thread=Thread)
SECRETS = SimpleNamespace(token_hex=_token_hex)


@contextmanager
def virtual() -> Iterator[None]:
    """While it lasts, threads of the code on trial are fibers, and its pauses cost nothing."""
    with (
        mock.patch.object(patience, "time", TIME),
        mock.patch.object(patience, "threading", THREADING),
        mock.patch.object(control, "threading", THREADING),
        mock.patch.object(hold, "threading", THREADING),
        mock.patch.object(case, "threading", THREADING),
        mock.patch.object(orchestrator, "threading", THREADING),
        mock.patch.object(claims, "secrets", SECRETS),
    ):
        yield
