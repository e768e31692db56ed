"""Plans of every shape that the model allows."""

from __future__ import annotations

import msgspec
from tests.simulation.choices import Choices, once_in, pick, some

from praktika.model.plan import Job, Need, Origin, Plan, Stored

MAX_JOBS = 9


def make_plan(choices: Choices) -> Plan:
    """A plan of a few jobs; names differ from keys, so that mixing them up shows."""
    jobs: list[Job] = []
    for number in range(1 + choices.below(MAX_JOBS) if choices.below(20) else 0):
        jobs.append(_job(choices, f"J{number}", jobs))
    return Plan(
        workflow="w",
        event=pick(choices, ("push", "push", "pull_request")),
        jobs=tuple(jobs),
        concurrency=pick(choices, ("", "", "deploys")),
        concurrency_policy=pick(choices, ("cancel", "queue")),
        timeout=pick(choices, (0.0, 0.0, 0.0, 60.0)),
        pickup_timeout=pick(choices, (0.0, 15.0)),
        overtime=pick(choices, (0.0, 5.0)),
        pauses=pick(choices, ((), (), (3.0,), (2.0, 20.0))),
    )


def with_reuse(plan: Plan, choices: Choices) -> Plan:
    """The same plan after a look into the cache: some jobs take the outcome of an earlier run.

    What only they would need is mostly left out.
    """
    needed: set[str] = set()
    jobs: list[Job] = []
    for job in reversed(plan.jobs):
        digest = "" if once_in(choices, 6) else f"digest of {job.name}"
        decided = msgspec.structs.replace(job, digest=digest)
        if job.decision == "run" and choices.below(5) >= 3:
            decided = _reused(choices, decided)
        elif job.decision == "run" and job.key not in needed and once_in(choices, 4):
            decided = msgspec.structs.replace(decided, decision="skip", reason="needed by nobody")
        if decided.decision == "run":
            needed |= {need.job for need in job.needs if need.kind != "order"}
        jobs.append(decided)
    return msgspec.structs.replace(
        plan, jobs=tuple(reversed(jobs)), caches=not once_in(choices, 5), scope="main"
    )


def _reused(choices: Choices, job: Job) -> Job:
    stored = tuple(Stored(name=name, sha256="r0") for name in some(choices, job.provides))
    return msgspec.structs.replace(
        job,
        decision="reuse",
        reason=pick(choices, ("reused from run r0", "")),
        origin=Origin(run="r0", attempt=1 + choices.below(2), at=1.0, stored=stored),
    )


def _job(choices: Choices, name: str, earlier: list[Job]) -> Job:
    needs = tuple(_need(choices, other) for other in earlier if _is_needed(choices, other, earlier))
    skipped = once_in(choices, 10)
    return Job(
        key=f"key-{name}",
        name=name,
        command="true",
        runs_on=pick(choices, (("arm",), ("amd", "large"), ())),
        needs=needs,
        requires=tuple(artifact for need in needs for artifact in need.artifacts),
        provides=tuple(f"{name}/{number}" for number in range(choices.below(3))),
        timeout=pick(choices, (30.0, 10.0)),
        always_run=once_in(choices, 5),
        allow_failure=once_in(choices, 4),
        retries=pick(choices, (0, 0, 0, 1, 2)),
        rerun_command=pick(choices, ("", "pytest --only $PRAKTIKA_FAILED_TESTS")),
        decision="skip" if skipped else "run",
        reason=pick(choices, ("no file of it changed", "")) if skipped else "",
    )


def _is_needed(choices: Choices, other: Job, earlier: list[Job]) -> bool:
    """Mostly the job before, so that chains come about; sometimes any other."""
    return bool(choices.below(3)) if other is earlier[-1] else once_in(choices, 4)


def _need(choices: Choices, other: Job) -> Need:
    kind = pick(choices, ("order", "job", "artifact"))
    if kind == "artifact" and other.provides:
        artifacts = some(choices, other.provides) or other.provides[:1]
        return Need(job=other.key, kind="artifact", artifacts=artifacts)
    return Need(job=other.key, kind="order" if kind == "order" else "job")
