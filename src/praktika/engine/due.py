"""What must be under way for a run in a given state. Pure.

A successor carries it out after a crash. Each of these commands has perhaps been carried out
before, which does no harm.
"""

from __future__ import annotations

from typing import assert_never

from praktika.engine.reused import remembering
from praktika.engine.run import Phase, Run, Stage
from praktika.model.commands import (
    AnyCommand,
    Conclude,
    Dispatch,
    Enter,
    Leave,
    MakePlan,
    Revoke,
    SetTimer,
)


def due(run: Run) -> tuple[AnyCommand, ...]:
    """What must be under way for a run in this state; to be carried out by a successor."""
    match run.stage:
        case Stage.NEW | Stage.AWAITING:
            return ()
        case Stage.PLANNING:
            assert run.requested is not None
            return (MakePlan(workflow=run.requested.workflow),)
        case Stage.HELD | Stage.GOING | Stage.CONCLUDED:
            return (*_of_group(run), *_under_way(run))
        case _:
            assert_never(run.stage)


def _of_group(run: Run) -> tuple[AnyCommand, ...]:
    """Leaving the concurrency group for every stay that is over, and joining it for this one."""
    if run.plan is None or not run.group:
        return ()
    policy = run.plan.concurrency_policy
    over = range(run.stay + 1 if run.stage is Stage.CONCLUDED else run.stay)
    leaves = [Leave(group=run.group, policy=policy, stay=stay) for stay in over]
    return (*leaves, *(() if run.stage is Stage.CONCLUDED else joining(run)))


def joining(run: Run) -> tuple[AnyCommand, ...]:
    """What lets a run that has begun join its concurrency group, if it belongs to one."""
    if run.plan is None or not run.group:
        return ()
    policy = run.plan.concurrency_policy
    if run.stay and policy == "cancel":
        return ()  # whoever runs an old run again does not want it to give way to newer ones
    return (Enter(group=run.group, policy=policy, stay=run.stay),)


def _under_way(run: Run) -> tuple[AnyCommand, ...]:
    commands: list[AnyCommand] = []
    for key in run.graph.jobs:
        state = run.jobs[key]
        commands += [
            Revoke(job=key, attempt=past.attempt, reason=past.reason)
            for past in state.past
            if past.revoked
        ]
        if state.phase is Phase.QUEUED:
            commands.append(Dispatch(job=key, attempt=state.attempt))
        if state.revoked:
            commands.append(Revoke(job=key, attempt=state.attempt, reason=state.reason))
        if run.plan is not None:
            commands += remembering(run.plan, run.graph.jobs[key], state)
    if run.stage is Stage.CONCLUDED:
        commands.append(Conclude(status=run.worst))
    elif run.alarm:
        commands.append(SetTimer(at=run.alarm, after=max(0.0, run.alarm - run.at)))
    return tuple(commands)
