"""What a runner is told of an attempt. Pure."""

from __future__ import annotations

from praktika.engine.retry import INFRASTRUCTURE
from praktika.engine.run import Run
from praktika.model.plan import Job, Stored
from praktika.model.task import Task


def make_task(run_id: str, run: Run, key: str, inbox: str) -> Task:
    """The task of a job's current attempt.

    It names what is not as usual: inputs whose first attempt is not the one that counts, and
    runners on which the job failed for reasons of the infrastructure.
    """
    state = run.jobs[key]
    lost = [past.runner for past in state.past if past.verdict == INFRASTRUCTURE]
    failed_on = [runner for runner in lost[len(lost) - state.lost :] if runner]
    return Task(
        run=run_id,
        job=key,
        attempt=state.attempt,
        inbox=inbox,
        inputs=dict(sorted(state.inputs.items())),
        stored=_stored(run, run.graph.jobs[key]),
        avoid=tuple(dict.fromkeys(failed_on)),
        tests_of=state.tests_of,
    )


def _stored(run: Run, job: Job) -> tuple[Stored, ...]:
    """What it brings in, as the attempts that count for it have left it."""
    inputs = run.jobs[job.key].inputs
    found: list[Stored] = []
    for need in job.needs:
        provider = run.graph.jobs[need.job]
        if need.job not in inputs and provider.decision == "reuse":
            left = provider.origin.stored if provider.origin else ()
        else:
            attempt = inputs.get(need.job, 1)
            left = run.jobs[need.job].stored_of(attempt) if attempt else ()
        found += [each for each in left if each.name in need.artifacts]
    return tuple(found)
