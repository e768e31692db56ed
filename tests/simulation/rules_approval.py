"""The safety rules about code that somebody has to look at first; see `rules`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tests.simulation.history import History

from praktika.engine.run import Stage
from praktika.model.commands import AnyCommand, Conclude
from praktika.model.events import Approved, RunRequested


def nothing_unapproved(history: History) -> None:
    """No plan is made and no job dispatched before somebody approved of exactly this commit.

    Security 2: of another one does not count, nor by nobody, nor one that was asked for before.
    """
    if not _request(history).needs_approval:
        return
    known = approvers(history)
    for step, approver in zip(history.steps, known[1:], strict=True):
        if not approver:
            assert step.after.stage in {Stage.AWAITING, Stage.CONCLUDED}, step.event
            assert step.after.plan is None, step.event
            _assert_idle(step.commands)
    for succession in history.successions:
        if not known[succession.steps]:
            _assert_idle(succession.commands)


def _assert_idle(commands: Sequence[AnyCommand]) -> None:
    assert all(isinstance(each, Conclude) for each in commands), commands


def approved_once(history: History) -> None:
    """An approval is asked for until it is given, and once: no rerun and no crash forgets it."""
    request = _request(history)
    known = approvers(history)
    for step, (before, approver) in zip(history.steps, pairwise(known), strict=True):
        run = step.after
        assert run.approved_by == approver, step.event
        if approver or not request.needs_approval:
            assert run.stage is not Stage.AWAITING, step.event
        else:
            assert run.stage is Stage.AWAITING or run.cancelled_by, step.event
        if isinstance(step.event, Approved):
            assert step.counts == (approver != before), step.event
    for succession in history.successions:
        assert succession.after.approved_by == known[succession.steps]


def approvers(history: History) -> list[str]:
    """Who had approved before each step, and after the last one; "" as long as nobody had."""
    request = _request(history)
    wanted = request.subject.sha if request.subject is not None else request.facts.sha
    known = [""]
    for step in history.steps:
        event, approver = step.event, known[-1]
        if isinstance(event, Approved) and request.needs_approval and not approver:
            is_asked = step.before.stage is not Stage.CONCLUDED
            is_new = event.id not in step.before.heard
            approver = event.by if is_asked and is_new and event.sha == wanted else ""
        known.append(approver)
    return known


def _request(history: History) -> RunRequested:
    request = history.steps[0].event
    assert isinstance(request, RunRequested)
    return request


RULES = (nothing_unapproved, approved_once)
