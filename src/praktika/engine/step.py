"""Everything that changes a run's state is in this file; nothing here touches the world.

An event moves one job, or the run; whatever the new state allows moves too, to a fixed point.
The cost of an event grows with the edges that it touches, never with the size of the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from praktika.engine.outcome import Outcome
from praktika.engine.run import Graph, JobState, Phase, Run, Stage
from praktika.engine.sound import flaw
from praktika.model.commands import AnyCommand, Conclude, Dispatch, MakePlan, Revoke
from praktika.model.events import (
    AnyEvent,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    PlanFailed,
    Planned,
    RunRequested,
)
from praktika.model.result import Status

MAX_LOST_ATTEMPTS = 3
"""A job whose runner is lost is given to another one until it has had this many."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event led to: the new state, and what to do."""

    run: Run
    commands: tuple[AnyCommand, ...] = ()


def step(run: Run, event: AnyEvent) -> Decision:
    """The decision that follows from one event; the same run and nothing to do if it is stale."""
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
        case _:
            assert_never(event)


def due(run: Run) -> tuple[AnyCommand, ...]:
    """What must be under way for a run in this state; to be carried out by a successor.

    Each of these commands has perhaps been carried out before, which does no harm.
    """
    match run.stage:
        case Stage.NEW:
            return ()
        case Stage.PLANNING:
            assert run.requested is not None
            return (MakePlan(workflow=run.requested.workflow),)
        case Stage.GOING | Stage.CONCLUDED:
            return _under_way(run)
        case _:
            assert_never(run.stage)


def _under_way(run: Run) -> tuple[AnyCommand, ...]:
    commands: list[AnyCommand] = []
    for key in run.graph.jobs:
        state = run.jobs[key]
        if state.phase is Phase.QUEUED:
            commands.append(Dispatch(job=key, attempt=state.attempt))
        if state.revoked:
            commands.append(Revoke(job=key, attempt=state.attempt, reason=_by(run.cancelled_by)))
    if run.stage is Stage.CONCLUDED:
        commands.append(Conclude(status=run.worst))
    return tuple(commands)


def replay(events: Iterable[AnyEvent]) -> Run:
    """The run that a journal tells of."""
    run = Run()
    for event in events:
        run = step(run, event).run
    return run


def _requested(run: Run, event: RunRequested) -> Decision:
    if run.stage is not Stage.NEW:
        return Decision(run)
    planning = replace(run, stage=Stage.PLANNING, requested=event)
    return Decision(planning, (MakePlan(workflow=event.workflow),))


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
    failure = flaw(event.plan)
    if failure:
        return _without_plan(run, failure)
    graph = Graph.of(event.plan)
    moves = _Moves(replace(run, stage=Stage.GOING, plan=event.plan, graph=graph))
    for job in event.plan.jobs:
        moves.states[job.key] = JobState(unmet=len(job.needs))
    moves.open = len(graph.jobs)
    for job in event.plan.jobs:
        if job.decision == "skip":
            moves.settle(Outcome(job, Status.SKIPPED, job.reason or "skipped by the plan"))
        elif not job.needs:
            moves.dispatch(job.key)
    return moves.decision()


def _started(run: Run, event: JobStarted) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None or state.phase is not Phase.QUEUED:
        return Decision(run)
    moves = _Moves(run)
    moves.states[event.job] = replace(
        state, phase=Phase.RUNNING, status=Status.RUNNING, runner=event.runner
    )
    return moves.decision()


def _finished(run: Run, event: JobFinished) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None:
        return Decision(run)
    moves = _Moves(run)
    status, reason = _reported(state, event)
    job = run.graph.jobs[event.job]
    moves.settle(Outcome(job, status, reason, event.provided, event.blocks))
    return moves.decision()


def _reported(state: JobState, event: JobFinished) -> tuple[Status, str]:
    """The status and reason that an attempt ended with; what makes no sense is an error."""
    if not event.status.is_settled:
        return Status.ERROR, event.reason or f"its runner reported it as ended with {event.status}"
    if event.status is Status.DROPPED and not event.reason:
        asked = state.reason if state.revoked else ""
        return Status.DROPPED, asked or "its runner dropped it and gave no reason"
    return event.status, event.reason


def _lost(run: Run, event: JobLost) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None:
        return Decision(run)
    moves = _Moves(run)
    job = run.graph.jobs[event.job]
    why = event.reason or "its runner is gone"
    if state.revoked:
        moves.settle(Outcome(job, Status.DROPPED, state.reason))
    elif state.attempt < MAX_LOST_ATTEMPTS:
        moves.dispatch(event.job, f"attempt {state.attempt} was lost: {why}")
    else:
        given_up = f"{why}; given up after {state.attempt} attempts"
        moves.settle(Outcome(job, Status.ERROR, given_up))
    return moves.decision()


def _cancelled(run: Run, event: CancelRequested) -> Decision:
    repeated = run.cancelled_by and (run.forced or not event.force)
    if repeated or run.stage in {Stage.NEW, Stage.CONCLUDED}:
        return Decision(run)
    by = run.cancelled_by or event.by or "somebody"
    if run.stage is Stage.PLANNING:
        gone = replace(run, stage=Stage.CONCLUDED, cancelled_by=by, worst=Status.DROPPED)
        return Decision(gone, (Conclude(status=Status.DROPPED),))
    moves = _Moves(replace(run, cancelled_by=by, forced=event.force))
    # Dependents first, so that nothing is dispatched only to be revoked.
    for key in reversed(list(run.graph.jobs)):
        job = run.graph.jobs[key]
        if event.force or not job.always_run:
            moves.revoke(key, _by(by))
    return moves.decision()


def _current(run: Run, key: str, attempt: int) -> JobState | None:
    """The state of the job, if this attempt is the one that counts and is not settled."""
    state = run.jobs.get(key)
    if state is None or state.phase is Phase.SETTLED or state.attempt != attempt:
        return None
    return state if state.phase is not Phase.WAITING else None


def _by(who: str) -> str:
    return f"cancelled by {who}"


_SEVERITY = {Status.OK: 0, Status.DROPPED: 1, Status.FAIL: 2, Status.ERROR: 3}


def _worse(one: Status, other: Status) -> Status:
    return one if _SEVERITY[one] >= _SEVERITY[other] else other


class _Moves:
    """The changes that one event makes, gathered; `decision` seals them.

    It lives for one step only: the dictionary of changed states is merged into the persistent
    map at the end, so that a step costs what it touches.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.states: dict[str, JobState] = {}
        self.open = run.open
        self.worst = run.worst
        self.commands: list[AnyCommand] = []

    def state(self, key: str) -> JobState:
        return self.states[key] if key in self.states else self.run.jobs[key]

    def dispatch(self, key: str, reason: str = "") -> None:
        attempt = self.state(key).attempt + 1
        self.states[key] = JobState(phase=Phase.QUEUED, attempt=attempt, reason=reason)
        self.commands.append(Dispatch(job=key, attempt=attempt))

    def revoke(self, key: str, reason: str) -> None:
        state = self.state(key)
        if state.phase is Phase.SETTLED or state.revoked:
            return
        if state.phase is not Phase.WAITING:
            self.commands.append(Revoke(job=key, attempt=state.attempt, reason=reason))
            self.states[key] = replace(state, revoked=True, reason=reason)
        if state.phase is not Phase.RUNNING:
            self.settle(Outcome(self.run.graph.jobs[key], Status.DROPPED, reason))

    def settle(self, first: Outcome) -> None:
        """Settle a job, and drop or dispatch what waited for it, and so on."""
        queue = deque([first])
        while queue:
            outcome = queue.popleft()
            if self._close(outcome):
                queue.extend(self._tell_dependents(outcome))

    def _close(self, outcome: Outcome) -> bool:
        state = self.state(outcome.job.key)
        if state.phase is Phase.SETTLED:
            return False
        self.states[outcome.job.key] = replace(
            state,
            phase=Phase.SETTLED,
            status=outcome.status,
            reason=outcome.reason,
            # Who runs an attempt has answered; one that is only queued may still be taken.
            revoked=state.revoked and state.phase is Phase.QUEUED,
        )
        self.open -= 1
        self.worst = _worse(self.worst, self._weight(outcome))
        return True

    def _weight(self, outcome: Outcome) -> Status:
        """What the outcome of one job makes of the run's."""
        if outcome.status is Status.DROPPED and self.run.cancelled_by:
            return Status.DROPPED
        if outcome.status.is_ok or outcome.job.allow_failure:
            return Status.OK
        return Status.ERROR if outcome.status is Status.ERROR else Status.FAIL

    def _tell_dependents(self, outcome: Outcome) -> list[Outcome]:
        """Dispatch those whose last need this was; those that cannot run any more."""
        dropped = []
        for key, need in self.run.graph.dependents[outcome.job.key]:
            state = self.state(key)
            job = self.run.graph.jobs[key]
            if state.phase is not Phase.WAITING or job.decision == "skip":
                continue
            consequence = outcome.consequence(need, job)
            if consequence and not job.always_run:
                dropped.append(consequence)
                continue
            unmet = state.unmet - 1
            self.states[key] = replace(state, unmet=unmet)
            if unmet == 0:
                self.dispatch(key)
        return dropped

    def decision(self) -> Decision:
        jobs = self.run.jobs.update(self.states) if self.states else self.run.jobs
        run = replace(self.run, jobs=jobs, open=self.open, worst=self.worst)
        if self.open == 0 and run.stage is Stage.GOING:
            run = replace(run, stage=Stage.CONCLUDED)
            self.commands.append(Conclude(status=run.worst))
        return Decision(run, tuple(self.commands))
