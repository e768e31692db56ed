"""How a run stands: the status, conclusion and title of its check.

A failed job that is required never gives success, neutral or skipped, nor does a plan that could
not be made (faults 23, 29).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from praktika.checks.content.lines import Line
from praktika.checks.content.text import counted, line
from praktika.engine.run import Run, Stage
from praktika.model.forge import CheckStatus, Conclusion
from praktika.model.result import Status

_TITLE = 250
_NAMED = 5


def check_status(run: Run) -> CheckStatus:
    """The status of the check; that of a run that awaits approval is completed."""
    match run.stage:
        case Stage.NEW | Stage.PLANNING | Stage.HELD:
            return "queued"
        case Stage.GOING:
            return "in_progress"
        case Stage.AWAITING | Stage.CONCLUDED:
            return "completed"
        case _:
            assert_never(run.stage)


def conclusion(run: Run, lines: Sequence[Line]) -> Conclusion:
    """What the run has come to; "" while it goes on."""
    if run.stage is Stage.AWAITING:
        return "action_required"
    if run.stage is not Stage.CONCLUDED:
        return ""
    if run.failure or any(each.counts for each in lines):
        return "failure"
    if run.expired:
        return "timed_out"
    if run.worst is Status.DROPPED or any(each.is_cancelled for each in lines):
        return "cancelled"
    if run.worst is not Status.OK:
        return "failure"
    return "skipped" if all(each.state.status is Status.SKIPPED for each in lines) else "success"


def title(run: Run, lines: Sequence[Line]) -> str:
    """One line that tells a developer what broke."""
    match run.stage:
        case Stage.AWAITING:
            return "Waits for approval: somebody with write access has to look at this commit"
        case Stage.NEW | Stage.PLANNING:
            return "The plan is being made"
        case Stage.HELD:
            return "Waits for another run of its concurrency group to end"
        case Stage.GOING:
            return line("; ".join(_going(run, lines)), _TITLE)
        case Stage.CONCLUDED:
            return line("; ".join(_over(run, lines)), _TITLE)
        case _:
            assert_never(run.stage)


def broken(lines: Sequence[Line]) -> str:
    """How many jobs failed, and which; "" if none did.

    Only where no required job failed, those that were allowed to are named.
    """
    required = [each for each in lines if each.has_failed and each.is_required]
    failed = required or [each for each in lines if each.has_failed]
    if not failed:
        return ""
    names = ", ".join(line(each.job.name, 60) for each in failed[:_NAMED])
    more = f" and {len(failed) - _NAMED:,} more" if len(failed) > _NAMED else ""
    allowed = "" if required else " (allowed)"
    return f"{len(failed):,} of {counted(len(lines), 'job')} failed{allowed}: {names}{more}"


def cancelled(run: Run) -> str:
    """By whom and by what the run was cancelled; "" if it was not."""
    if run.expired:
        return f"stopped by {run.cancelled_by}"
    return f"cancelled by {run.cancelled_by}" if run.cancelled_by else ""


def _going(run: Run, lines: Sequence[Line]) -> list[str]:
    settled = sum(each.is_settled for each in lines)
    running = sum(each.state.status is Status.RUNNING for each in lines)
    done = f"{settled:,} of {counted(len(lines), 'job')} done, {running:,} running"
    stopping = f"being {cancelled(run)}" if run.cancelled_by else ""
    return [part for part in (broken(lines), stopping, done) if part]


def _over(run: Run, lines: Sequence[Line]) -> list[str]:
    if run.failure:
        return [f"Nothing ran: {next(iter(run.failure.strip().splitlines()), '')}"]
    parts = [broken(lines), cancelled(run)]
    by = {each.state.reason for each in lines if each.is_cancelled}
    if not run.cancelled_by and by:
        parts.append(min(by))
    dropped = sum(each.state.status is Status.DROPPED for each in lines)
    if dropped:
        parts.append(f"{counted(dropped, 'job')} did not run")
    return [part for part in parts if part] or [_well(run, lines)]


def _well(run: Run, lines: Sequence[Line]) -> str:
    if not lines:
        why = [each.text for each in run.plan.warnings] if run.plan is not None else []
        return why[0] if why else "There was nothing to run"
    skipped = sum(each.state.status is Status.SKIPPED for each in lines)
    if skipped == len(lines):
        return "Nothing had to run: all jobs were left out"
    reused = sum(each.is_settled and not each.state.attempt for each in lines) - skipped
    extra = [f"{skipped:,} left out"] if skipped else []
    extra += [f"{reused:,} reused"] if reused > 0 else []
    told = f" ({', '.join(extra)})" if extra else ""
    return f"{counted(len(lines), 'job')} ended well{told}"
