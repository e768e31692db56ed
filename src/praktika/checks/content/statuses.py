"""Commit statuses: of jobs, and the one that says that a change may be merged."""

from __future__ import annotations

from collections.abc import Container, Iterator

from praktika.checks.content.lines import Line
from praktika.checks.content.summary import Material
from praktika.checks.content.text import line
from praktika.checks.content.verdict import check_status, conclusion, title
from praktika.engine.run import Stage
from praktika.model.forge import CommitStatus, StatusState
from praktika.model.plan import Shown
from praktika.model.result import Status

_DESCRIPTION = 140
_CONTEXT = 200


def job_statuses(material: Material, shown: Shown, known: Container[str]) -> Iterator[CommitStatus]:
    """The statuses of jobs, those that matter most first.

    Args:
        material: see there.
        shown: what the author asked for.
        known: contexts that the commit has already, which have to be kept true.
    """
    declared = frozenset(shown.job_statuses)
    for each in material.lines:
        context = line(each.job.name, _CONTEXT)
        failed = shown.failed_statuses and each.has_failed and each.is_required
        if each.job.key in declared or failed or context in known:
            yield CommitStatus(
                context=context,
                state=_state(each),
                description=line(_description(material, each), _DESCRIPTION),
                url=material.url(each),
            )


def ready_status(material: Material, context: str, doubt: str) -> CommitStatus:
    """Whether the change may be merged: success only when every required job ended well.

    Args:
        material: see there.
        context: name of the status.
        doubt: why it may not be merged although all went well, or "".
    """
    told = title(material.run, material.lines)
    state: StatusState = "pending"
    if check_status(material.run) == "completed" and material.run.stage is not Stage.AWAITING:
        ended = conclusion(material.run, material.lines)
        state = "success" if ended in {"success", "skipped"} else "failure"
    if state == "success" and doubt:
        state, told = "failure", doubt
    return CommitStatus(
        context=line(context, _CONTEXT),
        state=state,
        description=line(told, _DESCRIPTION),
        url=material.page,
    )


def _state(each: Line) -> StatusState:
    if not each.is_settled:
        return "pending"
    if each.state.status.is_ok or (each.has_failed and not each.is_required):
        return "success"
    is_error = each.state.status in {Status.ERROR, Status.DROPPED}
    return "error" if is_error else "failure"


def _description(material: Material, each: Line) -> str:
    if not each.is_settled:
        return "running" if each.state.status is Status.RUNNING else "waiting"
    reason = each.reason(material.run)
    return f"{each.state.status}: {reason}" if reason else str(each.state.status)
