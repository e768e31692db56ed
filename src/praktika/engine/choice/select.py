"""Which jobs of a plan run, which are left out, and which take an earlier outcome. Pure.

Some jobs are wanted for their own sake: those that were asked for, or that a change concerns, or
simply all. What a job that runs cannot do without runs, too; a job that nobody wants and nobody
that runs needs is left out. Of those left in, the ones with an earlier outcome take that, and then
need nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from praktika.model.plan import Job, Origin, Plan

NOT_ASKED = "not asked for"


def select(plan: Plan, only: Iterable[str]) -> Plan:
    """The plan in which only the named jobs run, with those whose output they require.

    Ordering-only needs are not followed: what merely has to come earlier is not wanted. An empty
    `only` changes nothing.

    Args:
        plan: a compiled plan.
        only: keys of jobs; unknown ones are ignored.
    """
    asked = frozenset(only)
    return choose(plan, asked_for(plan, asked), left_out=NOT_ASKED) if asked else plan


def asked_for(plan: Plan, only: Iterable[str]) -> dict[str, str]:
    """The jobs that were asked for by name, with that as the reason."""
    asked = frozenset(only)
    return {job.key: "asked for by name" for job in plan.jobs if job.key in asked}


def choose(
    plan: Plan,
    wanted: Mapping[str, str],
    hits: Mapping[str, Origin] | None = None,
    *,
    left_out: str = NOT_ASKED,
) -> Plan:
    """The plan in which the wanted jobs run, with what they need.

    Args:
        plan: with needs before dependents. A job that is skipped already runs only if another one
            needs it; one that is reused already stays so.
        wanted: keys of jobs, each with the reason; where it is "", the job's own stays.
        hits: by key, earlier outcomes that may be taken.
        left_out: why all others are.
    """
    hits = hits or {}
    names = {job.key: job.name for job in plan.jobs}
    needed: dict[str, str] = {}
    decided: dict[str, Job] = {}
    for job in reversed(plan.jobs):
        is_wanted = job.key in wanted and job.decision != "skip"
        if not is_wanted and job.key not in needed:
            decided[job.key] = _skipped(job, left_out)
            continue
        reason = wanted[job.key] if is_wanted else f"required by '{names[needed[job.key]]}'"
        if job.decision == "skip" and job.reason:
            reason = f"{reason}; otherwise: {job.reason}"
        decided[job.key] = _kept(job, reason or job.reason, hits.get(job.key))
        if decided[job.key].decision == "run":
            for need in job.needs:
                if need.kind != "order":
                    needed[need.job] = job.key
    return msgspec.structs.replace(plan, jobs=tuple(decided[job.key] for job in plan.jobs))


def _skipped(job: Job, reason: str) -> Job:
    if job.decision == "skip":
        return job
    return msgspec.structs.replace(job, decision="skip", reason=reason)


def _kept(job: Job, reason: str, hit: Origin | None) -> Job:
    if hit is None and job.decision == "reuse":
        return job  # somebody else has found that what it makes is there
    if hit is None:
        return msgspec.structs.replace(job, decision="run", reason=reason)
    reason = f"reused from run {hit.run}"
    return msgspec.structs.replace(job, decision="reuse", reason=reason, origin=hit)
