"""Small plans and the requests for them, of every kind that matters to those who serve them."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass

import msgspec

from praktika.model.events import RunRequested
from praktika.model.facts import Facts
from praktika.model.plan import Artifact, Job, Need, Origin, Plan, Stored

LABELS = ("small", "large")

EARLIER = "earlier"
"""The run from which others take outcomes."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A run that somebody will ask for.

    Attributes:
        at: when.
        plan: what its declaration compiles to, or None if it does not compile.
    """

    run: str
    at: float
    plan: Plan | None
    request: RunRequested


def make_runs(chance: random.Random, until: float) -> tuple[Asked, ...]:
    """One to three runs; several are often of one concurrency group."""
    count = chance.choice((1, 1, 2, 2, 3))
    policy = chance.choice(("queue", "cancel"))
    group = chance.choice(("", "g", "g")) if count > 1 else chance.choice(("", "", "g"))
    runs = []
    for number in range(count):
        plan: Plan | None = make_plan(chance)
        assert plan is not None
        plan = msgspec.structs.replace(plan, concurrency=group, concurrency_policy=policy)
        runs.append(
            Asked(
                run=f"r{number}",
                at=chance.uniform(0.0, 60.0 if chance.random() < 0.7 else until + 60.0),
                plan=None if chance.random() < 0.04 else plan,
                request=RunRequested(
                    at=0.0,
                    workflow="w",
                    name=f"r{number}",
                    facts=Facts(repository="o/r", local=False),
                    inbox="events.fifo",
                ),
            )
        )
    return tuple(runs)


def make_plan(chance: random.Random) -> Plan:
    jobs: list[Job] = []
    for number in range(chance.choice((1, 1, 2, 2, 3, 4, 6))):
        jobs.append(_job(chance, f"j{number}", jobs))
    is_timed = chance.random() < 0.4
    return Plan(
        workflow="w",
        event="push",
        jobs=tuple(jobs),
        artifacts=tuple(
            Artifact(name=name, kind="s3", paths=("x",), provider=job.key)
            for job in jobs
            for name in job.provides
        ),
        timeout=chance.choice((0.0, 0.0, 150.0, 1200.0)) if is_timed else 0.0,
        pickup_timeout=chance.choice((0.0, 40.0, 400.0)) if is_timed else 0.0,
        overtime=chance.choice((0.0, 20.0, 60.0)) if is_timed else 0.0,
        pauses=chance.choice(((), (), (5.0,), (3.0, 40.0), (1000.0,))),
    )


def with_reuse(plan: Plan, chance: random.Random) -> Plan:
    """The same plan after a look into the cache: some jobs take the outcome of an earlier run."""
    jobs = []
    for job in plan.jobs:
        digest = f"digest-of-{job.key}" if chance.random() < 0.8 else ""
        decided = msgspec.structs.replace(job, digest=digest)
        if job.decision == "run" and chance.random() < 0.3:
            stored = tuple(
                record(name, content(EARLIER, job.key, 1, name)) for name in job.provides
            )
            decided = msgspec.structs.replace(
                decided,
                decision="reuse",
                reason=f"reused from run {EARLIER}",
                origin=Origin(run=EARLIER, attempt=1, at=1.0, stored=stored),
            )
        jobs.append(decided)
    scope = chance.choice(("main", "main", "other"))
    return msgspec.structs.replace(
        plan, jobs=tuple(jobs), caches=chance.random() < 0.85, scope=scope
    )


def content(run: str, key: str, attempt: int, name: str) -> bytes:
    """What an attempt leaves under the name of an artifact; no two leave the same."""
    return f"{name} by attempt {attempt} of {key} of {run}".encode()


def record(name: str, data: bytes) -> Stored:
    return Stored(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def place(run: str, key: str, attempt: int, name: str) -> str:
    """Where an artifact is."""
    return f"runs/{run}/jobs/{key}/{attempt}/artifacts/{name}"


def _job(chance: random.Random, key: str, earlier: list[Job]) -> Job:
    needs = tuple(_need(chance, other) for other in earlier if chance.random() < 1 / len(earlier))
    return Job(
        key=key,
        name=key.upper(),
        command="true",
        runs_on=(chance.choice(LABELS),) if chance.random() < 0.4 else LABELS[:1],
        needs=needs,
        requires=tuple(name for need in needs for name in need.artifacts),
        provides=(f"{key}-out",) if chance.random() < 0.4 else (),
        timeout=chance.choice((30.0, 100.0, 300.0)),
        always_run=chance.random() < 0.15,
        allow_failure=chance.random() < 0.15,
        retries=chance.choice((0, 0, 1, 2)),
        decision="skip" if chance.random() < 0.06 else "run",
    )


def _need(chance: random.Random, other: Job) -> Need:
    if other.provides and chance.random() < 0.7:
        return Need(job=other.key, kind="artifact", artifacts=other.provides)
    return Need(job=other.key, kind=chance.choice(("job", "order")))
