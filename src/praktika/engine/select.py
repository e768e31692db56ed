"""Narrowing a plan to the jobs that were asked for."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from praktika.model.plan import Job, Plan


def select(plan: Plan, only: Iterable[str]) -> Plan:
    """The plan in which only the named jobs run, with those whose output they require.

    Ordering-only needs are not followed: what merely has to come earlier is not wanted. An empty
    `only` changes nothing.

    Args:
        plan: a compiled plan.
        only: keys of jobs; unknown ones are ignored.
    """
    asked = set(only)
    if not asked:
        return plan
    by_key = {job.key: job for job in plan.jobs}
    because = {key: "asked for by name" for key in by_key if key in asked}
    pending = list(because)
    while pending:
        job = by_key[pending.pop()]
        for need in job.needs:
            if need.kind != "order" and need.job not in because:
                because[need.job] = f"required by '{job.name}'"
                pending.append(need.job)
    return msgspec.structs.replace(plan, jobs=tuple(_decided(job, because) for job in plan.jobs))


def _decided(job: Job, because: dict[str, str]) -> Job:
    if job.decision == "skip":
        return job
    if job.key in because:
        return msgspec.structs.replace(job, reason=because[job.key])
    return msgspec.structs.replace(job, decision="skip", reason="not asked for")
