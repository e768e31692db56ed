"""What happened in a simulation; the rules are judged by this alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from praktika.engine.run import Run, Stage
from praktika.model.cache import Record
from praktika.model.events import AnyEvent, JobFinished
from praktika.model.plan import Plan
from praktika.model.task import Ticket
from praktika.model.wire import encode

Attempt = tuple[str, str, int]
"""Of which run, of which job, the how manieth."""


@dataclass
class Lease:
    """A message of a queue of tasks that a runner was given; `until` is what the queue says."""

    process: str
    receipt: str
    since: float
    until: float


@dataclass(frozen=True)
class ClaimMade:
    """An attempt that a runner has made its own."""

    at: float
    process: str
    message: tuple[str, str]


@dataclass
class Execution:
    """A runner at work on an attempt.

    Attributes:
        ended: when it stopped working, or None if it died over it.
        checked, looks: when it looked last whether it should stop, and how often it did.
        effect: when the command was through, if it was.
        told: what `execute` returned, if it did.
        token: in the stored Result.
        missing: inputs that were not where they should be.
    """

    attempt: Attempt
    process: str
    began: float
    ended: float | None = None
    checked: float = 0.0
    looks: int = 0
    effect: float | None = None
    told: JobFinished | None = None
    token: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Publication:
    """Something of an attempt that others can see.

    Attributes:
        at: when its process began to store or send it.
        heard: when its process had last heard from a store before.
    """

    attempt: Attempt
    what: str
    process: str
    at: float
    heard: float


@dataclass(frozen=True)
class Told:
    """An event that has come into the inbox."""

    at: float
    process: str
    run: str
    event: AnyEvent


@dataclass(frozen=True)
class Written:
    """Events that have come into the journal."""

    at: float
    process: str
    run: str
    position: int
    events: tuple[AnyEvent, ...]


@dataclass(frozen=True)
class Known:
    """What an orchestrator that lived to the end knows of a run."""

    process: str
    run: str
    position: int
    state: Run


@dataclass(frozen=True)
class Announced:
    """How a run stood, as the board was told."""

    at: float
    process: str
    run: str
    state: Run


@dataclass
class Stay:
    """A ticket in a concurrency group, while it is there."""

    ticket: Ticket
    since: float
    until: float | None = None


@dataclass(repr=False)
class History:
    """Of everybody, from the first request to the end.

    Attributes:
        calm: when nothing went wrong any more.
        ended: when everything was done, or None if it never was.
        deeds: everything that crossed a port, in words: (at, process, what).
        poisons: bodies that were sent to make trouble.
        twins: messages that were given to two at a time.
        left: messages that are still in queues.
        journals, results: as they are in the end, by run.
        tries: since when a process has tried to store something under a key.
        in_vain: seconds for which somebody has at most tried that without success, by key.
        records: what the cache holds in the end, by key.
        artifacts: what was stored, by key.
        wrote: who wrote the Result of a run last, and when.
        looked: when a process read the journal of a run last.
        troubled: when a process gave up what it did for a run, last.
        stumbles: what should never be raised.
        shown: conclusions as observers are told of them: by whom, of which run, the run's stage,
            and whether the Result has its status.
        announced: what the board was told.
    """

    seed: int
    plans: dict[str, Plan] = field(default_factory=dict)
    calm: float = 0.0
    ended: float | None = None
    end: str = ""
    deeds: list[tuple[float, str, str]] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    leases: dict[tuple[str, str], list[Lease]] = field(default_factory=dict)
    claims: dict[Attempt, ClaimMade] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    stays: dict[str, list[Stay]] = field(default_factory=dict)
    deaths: dict[str, float] = field(default_factory=dict)
    kinds: set[str] = field(default_factory=set)
    poisons: set[bytes] = field(default_factory=set)
    twins: set[tuple[str, str]] = field(default_factory=set)
    left: list[tuple[str, bytes]] = field(default_factory=list)
    journals: dict[str, list[AnyEvent]] = field(default_factory=dict)
    results: dict[str, bytes] = field(default_factory=dict)
    tries: dict[tuple[str, str], float] = field(default_factory=dict)
    in_vain: dict[str, float] = field(default_factory=dict)
    records: dict[str, Record] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    known: list[Known] = field(default_factory=list)
    wrote: dict[str, tuple[str, float]] = field(default_factory=dict)
    looked: dict[tuple[str, str], float] = field(default_factory=dict)
    troubled: dict[tuple[str, str], float] = field(default_factory=dict)
    stumbles: list[str] = field(default_factory=list)
    shown: list[tuple[str, str, Stage, bool]] = field(default_factory=list)
    announced: list[Announced] = field(default_factory=list)
    steps: int = 0

    def held(self, claim: ClaimMade, at: float) -> bool:
        """Whether, at that time, the lease still lasted by which an attempt was claimed."""
        return any(
            one.process == claim.process and one.since <= min(at, claim.at) and at <= one.until
            for one in self.leases.get(claim.message, ())
        )

    def tail(self, count: int = 60) -> str:
        lines = [f"{at:9.3f} {who:14} {what}" for at, who, what in self.deeds[-count:]]
        return "\n".join(lines)

    def digest(self) -> str:
        """Of everything that happened."""
        sha = hashlib.sha256()
        for deed in self.deeds:
            sha.update(repr(deed).encode())
        for run, events in sorted(self.journals.items()):
            sha.update(run.encode() + encode(events))
        for result in sorted(self.results.items()):
            sha.update(repr(result).encode())
        return sha.hexdigest()

    def __repr__(self) -> str:
        return self.tail(100_000)


def words(event: AnyEvent | None) -> str:
    """An event in a few words."""
    if event is None:
        return "poison"
    said = [type(event).__name__]
    for name in ("job", "attempt", "status", "by", "id", "reason"):
        value = getattr(event, name, "")
        if value != "":
            said.append(str(value))
    return " ".join(said)
