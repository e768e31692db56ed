"""What the passing of time brings about: pauses end, and what took too long is given up."""

from __future__ import annotations

from dataclasses import replace

from praktika.engine.decision import Decision
from praktika.engine.moves import Moves
from praktika.engine.outcome import CANCELLED, Outcome, worse
from praktika.engine.retry import INFRASTRUCTURE
from praktika.engine.run import JobState, Phase, Run, Stage
from praktika.model.events import TimerFired
from praktika.model.result import Status


def fired(run: Run, event: TimerFired) -> Decision:
    """The decision on a time that has come; nothing if it is not the one that was waited for."""
    if not run.alarm or event.at < run.alarm:
        return Decision(run)
    moves = Moves(replace(run, alarm=0.0), event.at)
    if run.deadline and run.deadline <= event.at and not run.expired:
        _expire(moves)
    for key in run.graph.jobs:
        state = moves.state(key)
        if state.deadline and state.deadline <= event.at:
            _overdue(moves, key, state, event)
    for key in run.graph.jobs:
        moves.arm(moves.state(key).deadline)
    if not moves.run.expired:
        moves.arm(run.deadline)
    return moves.decision()


def _expire(moves: Moves) -> None:
    """Stop a run that has taken longer than it may, but for the jobs that always run."""
    run = moves.run
    by = run.cancelled_by or f"the run's deadline ({words(moves.plan.timeout)})"
    moves.run = replace(run, expired=True, cancelled_by=by)
    moves.worst = worse(moves.worst, Status.ERROR)
    if run.stage is Stage.HELD:
        moves.skip()
    for key in reversed(list(run.graph.jobs)):
        if not run.graph.jobs[key].always_run or run.stage is Stage.HELD:
            moves.revoke(key, f"cancelled by {by}")


def _overdue(moves: Moves, key: str, state: JobState, event: TimerFired) -> None:
    job = moves.run.graph.jobs[key]
    match state.phase:
        case Phase.PAUSED:
            moves.go_on(key, state.reason)
        case Phase.QUEUED:
            label = job.runs_on[0] if job.runs_on else ""
            why = event.causes.get(label, "")
            reason = f"no runner took it within {words(moves.plan.pickup_timeout)}"
            reason += f": {why}" if why else ""
            moves.ask_to_stop(key, reason)
            moves.settle(Outcome(job, Status.ERROR, reason, verdict=INFRASTRUCTURE))
        case Phase.RUNNING if state.revoked:
            reason = f"{state.reason}; {state.runner or 'its runner'} did not confirm that it ended"
            moves.settle(Outcome(job, Status.DROPPED, reason, verdict=CANCELLED))
        case Phase.RUNNING:
            late = words(moves.plan.overtime)
            reason = (
                f"{state.runner or 'its runner'} said nothing for {late} after the job's timeout"
                f" of {words(job.timeout)}"
            )
            moves.ask_to_stop(key, reason)
            moves.settle(Outcome(job, Status.ERROR, reason, verdict="timeout"))
        case _:
            pass


def words(seconds: float) -> str:
    """A duration for people: `45 s`, `90 min`, `24 h`."""
    if seconds < 120:
        return f"{seconds:g} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"
