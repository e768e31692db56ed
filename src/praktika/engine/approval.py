"""Approval: code of strangers waits until somebody has looked at it. Pure."""

from __future__ import annotations

from dataclasses import replace

from praktika.engine.decision import Decision
from praktika.engine.run import Run, Stage
from praktika.model.commands import MakePlan


def awaited(run: Run) -> str:
    """The commit that somebody has to approve of: what was pushed, not what is made from it."""
    request = run.requested
    if request is None:
        return ""
    return request.subject.sha if request.subject is not None else request.facts.sha


def planning(run: Run) -> Decision:
    """The run on its way to a plan, or waiting for an approval that it needs and has not."""
    assert run.requested is not None
    if run.requested.needs_approval and not run.approved_by:
        return Decision(replace(run, stage=Stage.AWAITING))
    return Decision(
        replace(run, stage=Stage.PLANNING), (MakePlan(workflow=run.requested.workflow),)
    )
