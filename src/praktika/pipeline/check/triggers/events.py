"""What starts a workflow, as a whole: which of its fields have an effect on its event."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.check.triggers.cron import cron_fault, never_comes
from praktika.pipeline.check.triggers.inputs import check_inputs
from praktika.pipeline.check.triggers.patterns import check_branches, check_paths
from praktika.pipeline.declare.declared import is_written, place_of
from praktika.pipeline.declare.workflow import WorkflowConfig, WorkflowEvent
from praktika.pipeline.finding import Finding, warning

_OF_CHANGES = (WorkflowEvent.PULL_REQUEST, WorkflowEvent.MERGE_QUEUE)
_ONLY_FOR = (
    ("branches", (WorkflowEvent.PUSH, WorkflowEvent.DISPATCH)),
    ("base_branches", _OF_CHANGES),
    ("paths", (*_OF_CHANGES, WorkflowEvent.PUSH)),
    ("cron_schedules", (WorkflowEvent.SCHEDULE,)),
    ("inputs", (WorkflowEvent.DISPATCH,)),
    ("merge_commit", (WorkflowEvent.PULL_REQUEST,)),
    ("allow_untrusted", (WorkflowEvent.PULL_REQUEST,)),
    ("enable_gh_summary_comment", (WorkflowEvent.PULL_REQUEST,)),
    ("enable_automerge", (WorkflowEvent.PULL_REQUEST,)),
)
_UNLESS = {"merge_commit": True}
"""Values that ask for nothing; of other fields it is what is empty or false."""


def check_triggers(workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with what starts a workflow."""
    yield from _check_schedules(workflow)
    for field in ("branches", "base_branches"):
        yield from check_branches(workflow, field)
    yield from check_paths(workflow)
    yield from check_inputs(workflow)
    yield from _check_merge(workflow)
    for field, events in _ONLY_FOR:
        value = getattr(workflow, field)
        asks = value is not _UNLESS[field] if field in _UNLESS else bool(value)
        if asks and workflow.event not in events:
            text = f"'{field}' of {called(workflow)} has no effect on event '{workflow.event}'."
            yield warning(place_of(workflow, field), codes.NO_EFFECT, text)


def _check_schedules(workflow: WorkflowConfig) -> Iterator[Finding]:
    place = place_of(workflow, "cron_schedules")
    if workflow.event == WorkflowEvent.SCHEDULE and not workflow.cron_schedules:
        text = f"{called(workflow)} is for event 'schedule' and needs 'cron_schedules'."
        hint = 'Add cron_schedules=["0 3 * * *"] for three o\'clock each night.'
        yield Finding(place, codes.MISSING_FIELD, text, hint)
    for line in workflow.cron_schedules:
        fault = cron_fault(line)
        hint = "The five fields are those of POSIX cron."
        if not fault and never_comes(line):
            fault, hint = "never comes", "Name a day that one of its months has."
        if fault:
            text = f"The schedule '{shown(line)}' of {called(workflow)} {fault}."
            yield Finding(place, codes.BAD_CRON, text, hint)


def _check_merge(workflow: WorkflowConfig) -> Iterator[Finding]:
    field = "enable_merge_commit"
    if not is_written(workflow, field):
        return
    text = f"'{field}' of {called(workflow)} has no effect any more."
    hint = "A pull request is tested merged with its base; merge_commit=False tests its head."
    yield warning(place_of(workflow, field), codes.DEPRECATED, text, hint)
