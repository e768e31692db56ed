"""A job's state in words: what `praktika why`, the report and the check say."""

from __future__ import annotations

from typing import assert_never

from praktika.engine.reused import is_reused
from praktika.engine.run import JobState, Phase, Run, Stage
from praktika.model.result import Status


def explain(run: Run, key: str) -> str:
    """One sentence: what became of this job, or what it waits for, and why.

    Raises:
        KeyError: the run's plan has no such job.
    """
    job = run.graph.jobs[key]
    state = run.jobs[key]
    match state.phase:
        case Phase.WAITING if run.stage is Stage.HELD:
            return f"waits for another run of the concurrency group '{run.group}' to end"
        case Phase.WAITING:
            return f"waits for {_unmet(run, key)}"
        case Phase.QUEUED:
            kind = " for untrusted code" if run.trust == "untrusted" else ""
            return f"queued ({_attempt(state)}): waits for a free runner{kind}{_place(run, key)}"
        case Phase.PAUSED:
            seconds = max(0.0, state.deadline - state.since)
            return f"tried again {seconds:g} s after its last attempt; {state.reason}"
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
            planned = "" if job.decision == "reuse" else job.reason
            return f"{state.status}: {state.reason or planned or 'no reason was given'}"
        case _ if is_reused(job, state):
            return f"{state.status}, not run: {state.reason}"
        case _:
            ran = f"ran because: {job.reason}" if job.reason else "ran"
            if job.decision == "reuse":
                ran = "ran because somebody asked for it to be run again"
            outcome = f" ({state.reason})" if state.reason else ""
            return f"{state.status}{outcome}; {ran}"


def queue_position(run: Run, key: str) -> tuple[int, int]:
    """The place of a queued job, from 1, among the run's queued jobs of its label; their number."""
    label = _label(run, key)
    queued = [
        (state.since, number, other)
        for number, (other, job) in enumerate(run.graph.jobs.items())
        if (state := run.jobs[other]).phase is Phase.QUEUED and _label(run, job.key) == label
    ]
    order = [other for *_, other in sorted(queued)]
    return order.index(key) + 1, len(order)


def _place(run: Run, key: str) -> str:
    """Where the job stands in the queue, if it is not the only one."""
    position, total = queue_position(run, key)
    label = _label(run, key)
    pool = f" of '{label}'" if label else ""
    return f"{pool}, {position} of {total} jobs of this run" if total > 1 else pool


def _label(run: Run, key: str) -> str:
    labels = run.graph.jobs[key].runs_on
    return labels[0] if labels else ""


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
