"""The buttons on a check."""

from __future__ import annotations

from praktika.engine.run import Stage
from praktika.model.forge import Action, Conclusion

APPROVE = Action(
    label="Approve", description="Run this commit, which I have read", identifier="approve"
)
CANCEL = Action(label="Cancel", description="Stop this run", identifier="cancel")
CANCEL_JOB = Action(label="Cancel", description="Stop this job", identifier="cancel")
RERUN_FAILED = Action(
    label="Re-run failed", description="Run again what did not end well", identifier="rerun-failed"
)
RERUN_ALL = Action(label="Re-run all", description="Run every job again", identifier="rerun-all")
RERUN_JOB = Action(label="Re-run", description="Run this job again", identifier="rerun-all")


def of_run(stage: Stage, conclusion: Conclusion) -> tuple[Action, ...]:
    """The buttons on the check of a workflow."""
    if stage is Stage.AWAITING:
        return (APPROVE, CANCEL)
    if stage is not Stage.CONCLUDED:
        return (CANCEL,)
    return (RERUN_ALL,) if conclusion in {"success", "skipped"} else (RERUN_FAILED, RERUN_ALL)


def of_job(*, is_settled: bool) -> tuple[Action, ...]:
    """The buttons on the check of a job; the check's external id says which job."""
    return (RERUN_JOB,) if is_settled else (CANCEL_JOB,)
