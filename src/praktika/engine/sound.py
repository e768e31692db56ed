"""Whether a plan can come to an end at all."""

from __future__ import annotations

from praktika.model.plan import Plan


def flaw(plan: Plan) -> str:
    """What is wrong with the order of a plan's jobs, in one sentence, or "".

    A plan has every job once, and needs before dependents; so it has no cycle, and its run ends.
    """
    names = {job.key: job.name for job in plan.jobs}
    seen: set[str] = set()
    for job in plan.jobs:
        if job.key in seen:
            return f"the plan has two jobs with the key '{job.key}'"
        for need in job.needs:
            if need.job not in names:
                return f"'{job.name}' needs '{need.job}', which is not in the plan"
            if need.job not in seen:
                return (
                    f"'{job.name}' needs '{names[need.job]}', which does not come before it in the"
                    " plan: they wait for one another, or the plan is out of order"
                )
        seen.add(job.key)
    return ""
