"""Outcomes that travel between runs: which are taken, and which are kept for others. Pure."""

from __future__ import annotations

from rpds import HashTrieMap, HashTrieSet

from praktika.engine.run import JobState, Phase
from praktika.model.commands import Remember
from praktika.model.plan import Job, Need, Plan
from praktika.model.result import Status


def is_reused(job: Job, state: JobState) -> bool:
    """Whether the job is to take, or has taken, its outcome from an earlier run.

    It does not if somebody asked for it to be run again.
    """
    return job.decision == "reuse" and not state.is_again


def has_taken(job: Job, state: JobState) -> bool:
    """Whether the job stands on the outcome of an earlier run."""
    return is_reused(job, state) and state.status is Status.OK


def is_to_take(job: Job, state: JobState) -> bool:
    """Whether a settled job was stopped before it took its outcome, and can still do so."""
    return is_reused(job, state) and state.status is not Status.OK


def with_input(
    inputs: HashTrieMap[str, int], need: Need, provider: Job, state: JobState
) -> HashTrieMap[str, int]:
    """The attempts that a task has to name, with that of a job which it reads from.

    It goes without saying that it is the first one, or that of the run from which the provider's
    outcome was taken. 0 says that there is none: the provider ended without an attempt.
    """
    attempt = 0 if state.is_retired else state.attempt
    is_plain = attempt == 1 if provider.decision == "run" else has_taken(provider, state)
    if need.kind == "order" or provider.decision == "skip" or is_plain:
        return inputs.discard(need.job)
    return inputs.insert(need.job, attempt)


def with_doubt(
    doubts: HashTrieSet[str], need: Need, provider: Job, state: JobState
) -> HashTrieSet[str]:
    """The jobs whose output is doubtful, with one that has settled if its own is."""
    is_good = state.status is Status.OK and not state.verdict
    is_sound = has_taken(provider, state) or (
        is_good and not (state.is_forced or state.tests_of or state.doubts)
    )
    if need.kind == "order" or is_sound:
        return doubts.discard(need.job)
    return doubts.insert(need.job)


def remembering(plan: Plan, job: Job, state: JobState) -> tuple[Remember, ...]:
    """What keeps a settled job's outcome for later runs, if it is worth keeping.

    Only what ran here and truly went well is: nothing skipped, forced, expected to fail, pieced
    together from several attempts, or made from the output of such jobs. A key names what went into
    a job's inputs, not that they came out wrong.
    """
    is_kept = (
        plan.caches
        and bool(job.digest)
        and state.phase is Phase.SETTLED
        and state.status is Status.OK
        and state.attempt > 0
        and not state.is_forced
        and not state.verdict
        and not state.tests_of
        and not state.doubts
    )
    return (Remember(job=job.key, attempt=state.attempt),) if is_kept else ()
