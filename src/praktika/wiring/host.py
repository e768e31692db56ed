"""A process that keeps runners alive on this machine, for one label.

Runners are its children. If one dies, what it had started is ended and another one takes its
place; if this process dies, its runners end by themselves.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from praktika.adapters.local.compute import LocalCompute
from praktika.errors import PraktikaError
from praktika.model.facts import Trust
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.runner.container import remove_left
from praktika.wiring.places import work_folder
from praktika.wiring.runs.local_run import RUNNER, clean_up, discard
from praktika.wiring.runs.presence import presence
from praktika.wiring.stores import Stores

FRESH = 300.0
"""Seconds after which a host that says nothing does not count any more."""

_EVERY = 120.0
_CLEAN_EVERY = 2.0
_PERIOD = 0.1


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """The blob with which a host says that it serves a label.

    Attributes:
        host: its name.
        count: how many runners it keeps.
        at: when it said so last, in seconds since the epoch.
    """

    host: str
    count: int
    at: float


class Host:
    """Keeps some runners alive.

    Args:
        root: of the checkout whose settings and state count.
        stores: of the installation.
        label: what its runners serve.
        count: how many there are.
        untrusted: whether they serve untrusted code, and nothing else.
    """

    def __init__(
        self, root: Path, stores: Stores, label: str, count: int, *, untrusted: bool = False
    ) -> None:
        self.name = f"{socket.gethostname().split('.')[0][:16]}-{secrets.token_hex(3)}"
        self._root = root
        self._stores = stores
        self._label = label
        self._count = count
        self._trust: Trust = "untrusted" if untrusted else "trusted"
        self._register_at = 0.0
        self._clean_at = 0.0

    def serve(self, *, while_true: Callable[[], bool], pause: Callable[[float], None]) -> None:
        """Keep the runners alive until `while_true` says otherwise; then end them.

        Raises:
            OperatorError: runners cannot work here.
        """
        self._stores.queue.create(names.tasks(self._label, self._trust))
        work = work_folder(self.name)
        compute = LocalCompute(
            self._runner_command, lambda one: remove_left(work / one, os.environ)
        )
        with presence(self._stores.state, self.name):
            try:
                compute.scale(self.name, self._count)
                while while_true():
                    self._look_around()
                    for runner in compute.lost():
                        self._forget(runner)
                    pause(_PERIOD)
            finally:
                compute.close()
                for runner in compute.started:
                    self._forget(runner)
                with suppress(PraktikaError):
                    self._stores.blobs.delete(self._registration)
                discard(work)

    def _forget(self, runner: str) -> None:
        """Remove the control queue of a runner that is gone."""
        with suppress(PraktikaError):
            self._stores.queue.remove(names.control(runner))

    def _look_around(self) -> None:
        """Now and then: say that this host lives, and clean up after those that do not."""
        now = self._stores.clock.monotonic()
        if now >= self._clean_at:
            self._clean_at = now + _CLEAN_EVERY
            clean_up(self._stores.state)
        if now >= self._register_at:
            self._register_at = now + _EVERY
            self._register()

    def _register(self) -> None:
        says = Registration(host=self.name, count=self._count, at=self._stores.clock.now())
        with suppress(PraktikaError):  # only words hang on it
            self._stores.blobs.put(self._registration, encode(says))

    @property
    def _registration(self) -> str:
        return names.registration(self._label, self.name, self._trust)

    def _runner_command(self, name: str) -> Sequence[str]:
        where = ("--root", str(self._root), "--parent", str(os.getpid()))
        kind = ("--label", self._label, "--work", self.name, "--trust", self._trust)
        return [*RUNNER, *where, *kind, name]
