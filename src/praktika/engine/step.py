"""Everything that changes a run's state is in this file; nothing here touches the world.

An event moves one job, or the run; whatever the new state allows moves too, to a fixed point.
The cost of an event grows with the edges that it touches, never with the size of the run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from praktika.engine.run import Graph, JobState, Phase, Run, Stage
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
from praktika.model.plan import Job, Need
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
        case Stage.CONCLUDED:
            return (Conclude(status=run.worst),)
        case Stage.GOING:
            pass
        case _:
            assert_never(run.stage)
    commands: list[AnyCommand] = []
    for key in run.graph.jobs:
        state = run.jobs[key]
        if state.phase is Phase.QUEUED:
            commands.append(Dispatch(job=key, attempt=state.attempt))
        if state.revoked and state.phase is not Phase.SETTLED:
            commands.append(Revoke(job=key, attempt=state.attempt, reason=_by(run.cancelled_by)))
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
    failed = replace(run, stage=Stage.CONCLUDED, worst=Status.ERROR, failure=event.reason)
    return Decision(failed, (Conclude(status=Status.ERROR),))


def _planned(run: Run, event: Planned) -> Decision:
    if run.stage is not Stage.PLANNING:
        return Decision(run)
    graph = Graph.of(event.plan)
    moves = _Moves(replace(run, stage=Stage.GOING, plan=event.plan, graph=graph))
    for job in event.plan.jobs:
        moves.states[job.key] = JobState(unmet=len(job.needs))
    moves.open = len(graph.jobs)
    for job in event.plan.jobs:
        if job.decision == "skip":
            moves.settle(job.key, Status.SKIPPED, job.reason)
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
    if state is None or not event.status.is_settled:
        return Decision(run)
    moves = _Moves(run)
    moves.settle(
        event.job, event.status, event.reason, provided=event.provided, blocks=event.blocks
    )
    return moves.decision()


def _lost(run: Run, event: JobLost) -> Decision:
    state = _current(run, event.job, event.attempt)
    if state is None:
        return Decision(run)
    moves = _Moves(run)
    if state.revoked:
        moves.settle(event.job, Status.DROPPED, state.reason or event.reason)
    elif state.attempt < MAX_LOST_ATTEMPTS:
        moves.dispatch(event.job)
    else:
        reason = f"{event.reason}; given up after {state.attempt} attempts"
        moves.settle(event.job, Status.ERROR, reason)
    return moves.decision()


def _cancelled(run: Run, event: CancelRequested) -> Decision:
    repeated = run.cancelled_by and (run.forced or not event.force)
    if repeated or run.stage in {Stage.NEW, Stage.CONCLUDED}:
        return Decision(run)
    by = run.cancelled_by or event.by
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
    return f"cancelled by {who}" if who else "cancelled"


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

    def dispatch(self, key: str) -> None:
        attempt = self.state(key).attempt + 1
        self.states[key] = JobState(phase=Phase.QUEUED, attempt=attempt)
        self.commands.append(Dispatch(job=key, attempt=attempt))

    def revoke(self, key: str, reason: str) -> None:
        state = self.state(key)
        if state.phase is Phase.WAITING:
            self.settle(key, Status.DROPPED, reason)
        elif state.phase is not Phase.SETTLED and not state.revoked:
            self.commands.append(Revoke(job=key, attempt=state.attempt, reason=reason))
            if state.phase is Phase.QUEUED:
                self.settle(key, Status.DROPPED, reason)
            else:
                self.states[key] = replace(state, revoked=True, reason=reason)

    def settle(
        self,
        key: str,
        status: Status,
        reason: str,
        *,
        provided: tuple[str, ...] = (),
        blocks: bool = True,
    ) -> None:
        """Settle a job, and drop or dispatch what waited for it, and so on."""
        first = _Outcome(self.run.graph.jobs[key], status, reason, provided, blocks)
        queue = deque([first])
        while queue:
            outcome = queue.popleft()
            if self._close(outcome):
                self._tell_dependents(outcome, queue.append)

    def _close(self, outcome: _Outcome) -> bool:
        state = self.state(outcome.job.key)
        if state.phase is Phase.SETTLED:
            return False
        self.states[outcome.job.key] = replace(
            state, phase=Phase.SETTLED, status=outcome.status, reason=outcome.reason
        )
        self.open -= 1
        if not outcome.status.is_ok and not outcome.is_allowed:
            self.worst = _worse(self.worst, self._weight(outcome.status))
        return True

    def _weight(self, status: Status) -> Status:
        if status is Status.DROPPED:
            return Status.DROPPED if self.run.cancelled_by else Status.FAIL
        return status if status is Status.ERROR else Status.FAIL

    def _tell_dependents(self, outcome: _Outcome, add: Callable[[_Outcome], None]) -> None:
        for key, need in self.run.graph.dependents[outcome.job.key]:
            state = self.state(key)
            if state.phase is not Phase.WAITING:
                continue
            job = self.run.graph.jobs[key]
            objection = outcome.objection(need)
            if objection and not job.always_run:
                add(_Outcome(job, Status.DROPPED, objection))
                continue
            unmet = state.unmet - 1
            self.states[key] = replace(state, unmet=unmet)
            if unmet == 0:
                self.dispatch(key)

    def decision(self) -> Decision:
        jobs = self.run.jobs.update(self.states) if self.states else self.run.jobs
        run = replace(self.run, jobs=jobs, open=self.open, worst=self.worst)
        if self.open == 0 and run.stage is Stage.GOING:
            run = replace(run, stage=Stage.CONCLUDED)
            self.commands.append(Conclude(status=run.worst))
        return Decision(run, tuple(self.commands))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a job settled, and what that means for those that wait for it."""

    job: Job
    status: Status
    reason: str
    provided: tuple[str, ...] = ()
    blocks: bool = True

    @property
    def is_allowed(self) -> bool:
        """Whether this is a failure that the author has allowed; being dropped is none."""
        return self.job.allow_failure and self.status is not Status.DROPPED

    def objection(self, need: Need) -> str:
        """Why the one that has this need cannot run, or ""."""
        name = f"'{self.job.name}'"
        if self.status is Status.DROPPED:
            return f"needs {name}, which was dropped: {self.reason}"
        if not self.status.is_ok and self.blocks and not self.is_allowed:
            return f"needs {name}, which ended with {self.status}"
        missing = [artifact for artifact in need.artifacts if artifact not in self.provided]
        if missing:
            return f"needs artifact '{missing[0]}', which {name} ({self.status}) did not provide"
        return ""
