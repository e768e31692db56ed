"""What both roles work with."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

from praktika_controller.aws import AWS_ERRORS, Clients
from praktika_controller.bucket import Bucket
from praktika_controller.idle import Verdict, is_spare, may_leave, rested
from praktika_controller.logs.journal import Sink, log
from praktika_controller.machine.health import Health
from praktika_controller.machine.identity import Identity
from praktika_controller.machine.leaving import Leaving
from praktika_controller.machine.notices import Notices
from praktika_controller.machine.pool import Pool
from praktika_controller.machine.systemd import Supervisor
from praktika_controller.queues import Queues
from praktika_controller.work.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long things take, in seconds.

    Attributes:
        lease: of a task; praktika's own on AWS.
        wait: for a task, in one request.
        look: between two looks at the pool of an idle machine.
        rest: after what failed.
        grace: for a child that was asked to end.
        start: for a child to take its lease.
    """

    lease: int = 54
    wait: int = 20
    look: float = 60.0
    rest: float = 15.0
    grace: float = 90.0
    start: float = 180.0


def find_pace(environment: Mapping[str, str] = os.environ) -> Pace:
    """The usual pace, but for what tests want otherwise."""
    usual = Pace()

    def number(name: str, default: float) -> float:
        return float(environment.get(f"PRAKTIKA_CONTROLLER_{name}") or default)

    return Pace(
        lease=int(number("LEASE", usual.lease)),
        wait=int(number("WAIT", usual.wait)),
        look=number("LOOK", usual.look),
        rest=number("REST", usual.rest),
        grace=number("GRACE", usual.grace),
        start=number("START", usual.start),
    )


class Ended(BaseException):
    """SIGTERM came while nothing was under way."""


class Ending:
    """Whether SIGTERM came."""

    def __init__(self) -> None:
        self.is_asked = False
        self._may_break = False

    def install(self) -> None:
        """Listen to SIGTERM and SIGINT from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    @contextmanager
    def breakable(self) -> Iterator[None]:
        """A block that SIGTERM ends at once, by raising `Ended`."""
        self._may_break = True
        try:
            if self.is_asked:
                raise Ended
            yield
        finally:
            self._may_break = False

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True
        if self._may_break:
            self._may_break = False
            raise Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A machine at work.

    Attributes:
        sinks: get what children write.
    """

    identity: Identity
    places: Places
    aws: Clients
    queues: Queues
    bucket: Bucket
    leaving: Leaving
    pool: Pool
    notices: Notices
    health: Health
    supervisor: Supervisor
    sinks: Sequence[Sink]
    pace: Pace = field(default_factory=Pace)
    ending: Ending = field(default_factory=Ending)

    def pause(self, seconds: float) -> None:
        """Wait, unless the service is ended."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.supervisor.alive()
            with self.ending.breakable():
                time.sleep(min(left, 10.0))

    def may_ask(self, idle: float) -> bool:
        """Whether a machine that has been idle for so long asks whether it may leave."""
        identity = self.identity
        return identity.scaling == "auto" and rested(identity.instance, idle, identity.idle_seconds)

    def has_turn(self) -> bool:
        """Whether it is this machine that may leave its pool in this second."""
        try:
            return self.leaving.has_turn()
        except AWS_ERRORS as error:
            log("pool.unknown", reason=str(error))
            return False

    def may_leave(
        self, queues: Sequence[str], idle: float, beside: Sequence[str] = ()
    ) -> Verdict | None:
        """The verdict if this machine may leave, else None.

        Args:
            queues: whose messages are its pool's work.
            idle: seconds for which it has had nothing to do.
            beside: whose messages are the work of others, and keep one machine of its pool.
        """
        try:
            verdict = may_leave(self.identity.instance, idle, self.pool.view(queues, beside))
        except AWS_ERRORS as error:
            log("pool.unknown", reason=str(error))
            return None
        if verdict.leaves:
            return verdict
        log("machine.stays", reason=verdict.reason)
        return None

    def is_spare(self, queues: Sequence[str]) -> bool:
        """Whether nobody is to come in this machine's place; see `idle`.

        Args:
            queues: whose messages are its pool's work.
        """
        try:
            return is_spare(self.pool.view(queues))
        except AWS_ERRORS as error:
            log("pool.unknown", reason=str(error))
            return self.identity.scaling == "auto"

    def leaves_idle(self, queues: Sequence[str], idle: float, beside: Sequence[str] = ()) -> bool:
        """Whether this machine leaves because its pool does without it; see `may_leave`."""
        verdict = self.may_leave(queues, idle, beside)
        return verdict is not None and self.leave(verdict.reason, smaller=verdict.shrinks)

    def leave(self, reason: str, *, smaller: bool) -> bool:
        """End this machine; False if that could not be asked for."""
        try:
            self.leaving.leave(reason, smaller=smaller)
        except AWS_ERRORS as error:
            log("machine.stays", reason=str(error))
            return False
        return True

    def replace(self, reason: str) -> bool:
        """Let another machine take this one's place; False if it stays."""
        try:
            return self.leaving.replace(reason)
        except AWS_ERRORS as error:
            log("machine.stays", reason=str(error))
            return False
