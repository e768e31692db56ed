"""What a runner gets: one attempt of one job, by reference."""

from __future__ import annotations

import msgspec

from praktika.model.facts import Facts, Merge
from praktika.model.plan import Stored

TASK_LIMIT = 240 * 1024
"""Bytes of a task; what a queue takes."""


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of a pool's queue. It never grows with the run: the plan is read by reference.

    Attributes:
        run: id of the run.
        job: key of the job.
        attempt: 1-based.
        inbox: name of the queue of events that the run listens to.
        inputs: of the jobs that it reads from, by key, which attempt counts, where it is not 1
            or that of an earlier run; 0 if none does.
        stored: the artifacts that it brings in, as they were when they were stored.
        avoid: names of runners that failed it; another one shall take it if there is one.
        tests_of: an earlier attempt whose failed tests are to be run again, and only those; 0
            means the whole job.
    """

    run: str
    job: str
    attempt: int
    inbox: str = ""
    inputs: dict[str, int] = {}
    stored: tuple[Stored, ...] = ()
    avoid: tuple[str, ...] = ()
    tests_of: int = 0


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The blob `…/claim` of an attempt: who has it.

    Attributes:
        runner: name.
        message: id of the task's message. The same message again means that the lease lapsed;
            another one is a duplicate.
        token: names this very claim, so that a runner knows its own.
    """

    runner: str
    message: str
    token: str


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a runner's control queue: end this attempt."""

    run: str
    job: str
    attempt: int
    reason: str


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the queue of alarms.

    Attributes:
        run: whom to wake.
        inbox: the queue of events that it listens to.
        at: the time that has come then.
        left: seconds that are still to pass after this message was received.
    """

    run: str
    inbox: str
    at: float
    left: float = 0.0


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A run in a concurrency group.

    Attributes:
        run: id.
        inbox: the queue of events that it listens to.
        at: when it was requested, in seconds since the epoch.
        stay: which of its times in the group this is; it joins anew when it is run again.
    """

    run: str
    inbox: str
    at: float
    stay: int = 0

    @property
    def name(self) -> str:
        """Of this ticket among all of its group."""
        return f"{self.run}.{self.stay}"


class RunFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The blob `runs/<id>/run.json`: what every runner of a run reads once.

    Attributes:
        plan: blob key of the plan.
        facts: see `Facts`.
        source: blob key of the archive that workspaces are made from, "" while there is none.
        folder: the same, unpacked, on the machine that asked for the run; "" if there is none.
        name: of the checkout's folder, which each workspace gets.
        remote: URL that the commit can be fetched from, instead of the archive, or "".
        merge: what the commit is made from, if every machine makes it for itself.
        base_venv: name of the virtual environment that machines of a cloud start the run's jobs
            with, "" for that of the platform.
        overlay: blob key of a tar.gz with a package `praktika` to be used instead, or "".
        overlay_sha256: of that, hexadecimal.
    """

    run: str
    name: str
    plan: str
    facts: Facts
    source: str = ""
    folder: str = ""
    remote: str = ""
    merge: Merge | None = None
    base_venv: str = ""
    overlay: str = ""
    overlay_sha256: str = ""
