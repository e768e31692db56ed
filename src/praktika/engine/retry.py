"""Whether an attempt that failed is followed by another one. Pure; changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from praktika.engine.outcome import Outcome
from praktika.engine.run import JobState
from praktika.model.plan import Job, Plan
from praktika.model.result import Status

MAX_LOST_ATTEMPTS = 3
"""A job that the infrastructure fails is tried again until it has had this many attempts."""

INFRASTRUCTURE = "infrastructure"
_AUTHORS = frozenset({"author", "timeout"})


@dataclass(frozen=True, slots=True)
class Again:
    """Another attempt.

    Attributes:
        pause: seconds to wait before it.
        state: the job's, with this failure counted.
    """

    pause: float
    state: JobState


def another(plan: Plan, job: Job, state: JobState, status: Status, verdict: str) -> Again | None:
    """The attempt that follows one which ended like this, or None if that was the last.

    Failures of the infrastructure are always tried again, a few times; those of the author only as
    often as the job says. The two are counted apart.
    """
    if verdict == INFRASTRUCTURE and status is Status.ERROR:
        if state.lost + 1 >= MAX_LOST_ATTEMPTS:
            return None
        pauses = plan.pauses or (0.0,)
        pause = pauses[min(state.lost, len(pauses) - 1)]
        return Again(pause, replace(state, lost=state.lost + 1))
    if verdict in _AUTHORS and not status.is_ok and state.failed < job.retries:
        return Again(0.0, replace(state, failed=state.failed + 1))
    return None


def given_up(outcome: Outcome, state: JobState) -> Outcome:
    """The outcome of a last attempt, which says so if the infrastructure failed it every time."""
    if outcome.verdict != INFRASTRUCTURE or outcome.status is not Status.ERROR or not state.lost:
        return outcome
    reason = f"{outcome.reason}; given up after {state.lost + 1} attempts"
    return replace(outcome, reason=reason)
