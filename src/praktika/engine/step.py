"""Everything that changes a run's state begins in this file; nothing here touches the world.

An event moves one job, or the run; whatever the new state allows moves too, to a fixed point
(`moves`). The cost of an event grows with the edges that it touches, never with the size of the
run, but for what happens seldom: a cancel, a rerun, a timer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import assert_never

from praktika.engine.approval import awaited, planning
from praktika.engine.decision import Decision
from praktika.engine.due import due, joining
from praktika.engine.moves import Moves
from praktika.engine.outcome import CANCELLED, Outcome
from praktika.engine.rerun import rerun
from praktika.engine.retry import INFRASTRUCTURE
from praktika.engine.run import Graph, JobState, Phase, Run, Stage
from praktika.engine.sound import flaw
from praktika.engine.timers import fired
from praktika.model.commands import Conclude
from praktika.model.events import (
    Admitted,
    AnyEvent,
    Approved,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RerunRequested,
    RunRequested,
    TimerFired,
)
from praktika.model.result import Status

__all__ = ["Decision", "due", "replay", "step"]


def step(run: Run, event: AnyEvent) -> Decision:
    """The decision that follows from one event; the same run and nothing to do if it is stale."""
    decision = _decided(run, event)
    if decision.run is run or decision.run.at >= event.at:
        return decision
    return Decision(replace(decision.run, at=event.at), decision.commands)


def _decided(run: Run, event: AnyEvent) -> Decision:  # noqa: C901, PLR0911 - one case an event
    match event:
        case RunRequested():
            return _requested(run, event)
        case Planned():
            return _planned(run, event)
        case PlanFailed():
            return _plan_failed(run, event)
        case JobStarted():
            return _started(run, event)
        case JobFinished():
            return _finished(run, event)
        case JobLost():
            return _lost(run, event)
        case CancelRequested():
            return _cancelled(run, event)
        case RerunRequested():
            return rerun(run, event)
        case Approved():
            return _approved(run, event)
        case Admitted():
            return _admitted(run, event)
        case TimerFired():
            return fired(run, event)
        case _:
            assert_never(event)


def replay(events: Iterable[AnyEvent]) -> Run:
    """The run that a journal tells of."""
    run = Run()
    for event in events:
        run = step(run, event).run
    return run


def _requested(run: Run, event: RunRequested) -> Decision:
    if run.stage is not Stage.NEW:
        return Decision(run)
    return planning(replace(run, requested=event, began=event.at))


def _approved(run: Run, event: Approved) -> Decision:
    """Go on, if the commit that was looked at is the one that would run."""
    if run.stage is not Stage.AWAITING or event.id in run.heard:
        return Decision(run)
    if not event.by or not event.sha or event.sha != awaited(run):
        return Decision(run)
    heard = run.heard | {event.id} if event.id else run.heard
    return planning(replace(run, approved_by=event.by, heard=heard))


def _plan_failed(run: Run, event: PlanFailed) -> Decision:
    if run.stage is not Stage.PLANNING:
        return Decision(run)
    return _without_plan(run, event.reason)


def _without_plan(run: Run, failure: str) -> Decision:
    failed = replace(run, stage=Stage.CONCLUDED, worst=Status.ERROR, failure=failure)
    return Decision(failed, (Conclude(status=Status.ERROR),))


def _planned(run: Run, event: Planned) -> Decision:
    if run.stage is not Stage.PLANNING:
        return Decision(run)
    plan = event.plan
    failure = flaw(plan)
    if failure:
        return _without_plan(run, failure)
    deadline = event.at + plan.timeout if plan.timeout else 0.0
    run = replace(run, plan=plan, graph=Graph.of(plan), deadline=deadline)
    is_held = bool(run.group) and plan.concurrency_policy == "queue"
    moves = Moves(replace(run, stage=Stage.HELD if is_held else Stage.GOING), event.at)
    moves.arm(deadline)
    for job in plan.jobs:
        moves.states[job.key] = JobState(unmet=len(job.needs), since=event.at)
    moves.open = len(plan.jobs)
    moves.commands += joining(run)
    if not is_held:
        moves.begin()
    return moves.decision()


def _admitted(run: Run, event: Admitted) -> Decision:
    if run.stage is not Stage.HELD or event.stay != run.stay:
        return Decision(run)
    moves = Moves(replace(run, stage=Stage.GOING), event.at)
    moves.begin()
    return moves.decision()


def _started(run: Run, event: JobStarted) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None or state.phase is not Phase.QUEUED:
        return Decision(run)
    moves = Moves(run, event.at)
    overtime = moves.plan.overtime
    running = replace(
        state,
        phase=Phase.RUNNING,
        status=Status.RUNNING,
        runner=event.runner,
        control=event.control,
        since=event.at,
        started=event.at,
        deadline=event.at + run.graph.jobs[event.job].timeout + overtime if overtime else 0.0,
    )
    moves.put(event.job, running)
    return moves.decision()


def _finished(run: Run, event: JobFinished) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None:
        return Decision(run)
    moves = Moves(run, event.at)
    status, reason = _reported(state, event)
    job = run.graph.jobs[event.job]
    outcome = Outcome(
        job,
        status,
        reason,
        event.provided,
        event.stored,
        is_forced=event.is_forced,
        blocks=event.blocks,
        verdict=_verdict(state, event),
        answered=True,
    )
    if event.runner and not state.runner:
        moves.states[event.job] = replace(state, runner=event.runner)
    if state.revoked:
        moves.settle(outcome)
    else:
        moves.close(event.job, outcome)
    return moves.decision()


def _reported(state: JobState, event: JobFinished) -> tuple[Status, str]:
    """The status and reason that an attempt ended with; what makes no sense is an error."""
    if not event.status.is_settled:
        return Status.ERROR, event.reason or f"its runner reported it as ended with {event.status}"
    if event.status is Status.DROPPED and not event.reason:
        asked = state.reason if state.revoked else ""
        return Status.DROPPED, asked or "its runner dropped it and gave no reason"
    return event.status, event.reason


def _verdict(state: JobState, event: JobFinished) -> str:
    """Whose it is: what was asked to stop and dropped is cancelled, whatever its runner says."""
    return CANCELLED if state.revoked and event.status is Status.DROPPED else event.verdict


def _lost(run: Run, event: JobLost) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None:
        return Decision(run)
    moves = Moves(run, event.at)
    job = run.graph.jobs[event.job]
    why = event.reason or "its runner is gone"
    if state.revoked:
        moves.settle(Outcome(job, Status.DROPPED, state.reason, verdict=CANCELLED, answered=True))
    else:
        lost = Outcome(job, Status.ERROR, why, verdict=INFRASTRUCTURE, answered=True)
        moves.close(event.job, lost, is_lost=True)
    return moves.decision()


def _cancelled(run: Run, event: CancelRequested) -> Decision:
    if event.id and event.id in run.heard:
        return Decision(run)
    heard = run.heard | {event.id} if event.id else run.heard
    if event.job:
        return _job_cancelled(replace(run, heard=heard), event) or Decision(run)
    repeated = run.cancelled_by and (run.forced or not event.force)
    if repeated or run.stage in {Stage.NEW, Stage.CONCLUDED}:
        return Decision(run)
    by = run.cancelled_by or event.by or "somebody"
    run = replace(run, cancelled_by=by, heard=heard)
    if run.stage in {Stage.AWAITING, Stage.PLANNING}:
        gone = replace(run, stage=Stage.CONCLUDED, worst=Status.DROPPED)
        return Decision(gone, (Conclude(status=Status.DROPPED),))
    moves = Moves(replace(run, forced=event.force), event.at)
    if run.stage is Stage.HELD:
        moves.skip()
    # Dependents first, so that nothing is dispatched only to be revoked.
    for key in reversed(list(run.graph.jobs)):
        if event.force or not run.graph.jobs[key].always_run or run.stage is Stage.HELD:
            moves.revoke(key, _by(by))
    return moves.decision()


def _job_cancelled(run: Run, event: CancelRequested) -> Decision | None:
    state = run.jobs.get(event.job)
    if state is None or state.phase is Phase.SETTLED or state.revoked:
        return None
    if run.graph.jobs[event.job].decision == "skip":
        return None
    moves = Moves(run, event.at)
    moves.revoke(event.job, _by(event.by or "somebody"))
    return moves.decision()


def _current(run: Run, key: str, attempt: int) -> JobState | None:
    """The state of the job, if this attempt is the one that counts and is under way."""
    state = run.jobs.get(key)
    if state is None or state.attempt != attempt:
        return None
    return state if state.phase in {Phase.QUEUED, Phase.RUNNING} else None


def _by(who: str) -> str:
    return f"cancelled by {who}"
