"""A job's state in words: what `praktika why`, the report and the check say."""

from __future__ import annotations

from typing import assert_never

from praktika.engine.run import JobState, Phase, Run
from praktika.model.result import Status


def explain(run: Run, key: str) -> str:
    """One sentence: what became of this job, or what it waits for, and why.

    Raises:
        KeyError: the run's plan has no such job.
    """
    job = run.graph.jobs[key]
    state = run.jobs[key]
    match state.phase:
        case Phase.WAITING:
            return f"waits for {_unmet(run, key)}"
        case Phase.QUEUED:
            return f"queued ({_attempt(state)}): waits for a free runner"
        case Phase.RUNNING:
            where = f" on {state.runner}" if state.runner else ""
            stopping = f"; being stopped: {state.reason}" if state.revoked else ""
            return f"runs{where} ({_attempt(state)}){stopping}"
        case Phase.SETTLED:
            pass
        case _:
            assert_never(state.phase)
    match state.status:
        case Status.SKIPPED | Status.DROPPED:
            return f"{state.status}: {state.reason or job.reason or 'no reason was given'}"
        case _:
            ran = f"ran because: {job.reason}" if job.reason else "ran"
            outcome = f" ({state.reason})" if state.reason else ""
            return f"{state.status}{outcome}; {ran}"


def _attempt(state: JobState) -> str:
    """Which attempt it is, and why it is not the first."""
    again = f"; {state.reason}" if state.reason and not state.revoked else ""
    return f"attempt {state.attempt}{again}"


def _unmet(run: Run, key: str) -> str:
    names = [
        f"'{run.graph.jobs[need.job].name}'"
        for need in run.graph.jobs[key].needs
        if run.jobs[need.job].phase is not Phase.SETTLED
    ]
    shown = ", ".join(names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")
