"""What a declared workflow says of when it starts, and of where its outcome is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from praktika.model.facts import InputValue
from praktika.model.plan import Shown, job_key
from praktika.model.routes import Input, Route
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig, WorkflowInput


def route_of(workflow: WorkflowConfig) -> Route:
    """What starts it."""
    return Route(
        workflow=workflow.name,
        event=workflow.event,
        engine=workflow.engine,
        branches=tuple(workflow.branches),
        base_branches=tuple(workflow.base_branches),
        paths=tuple(workflow.paths),
        schedules=tuple(workflow.cron_schedules),
        inputs=tuple(_input(each) for each in workflow.inputs),
        merge=workflow.merge_commit,
        open=workflow.allow_untrusted,
    )


def shown_of(
    workflow: WorkflowConfig, jobs: Sequence[JobConfig], settings: Mapping[str, Any]
) -> Shown:
    """What of it is shown."""
    ready = str(settings.get("READY_FOR_MERGE_CUSTOM_STATUS_NAME") or "")
    return Shown(
        job_checks=workflow.job_checks,
        job_statuses=tuple(job_key(job.name) for job in jobs if job.enable_commit_status),
        failed_statuses=workflow.enable_commit_status_on_failure,
        ready=(ready or f"Ready For Merge [{workflow.name}]")
        if workflow.enable_merge_ready_status
        else "",
        summary=workflow.enable_gh_summary_comment,
        automerge=workflow.enable_automerge,
    )


def _input(declared: WorkflowInput) -> Input:
    default = declared.default_value
    kind: str = "text"
    if declared.options:
        kind = "choice"
    elif declared.is_boolean or isinstance(default, bool):
        kind = "boolean"
    elif isinstance(default, int | float):
        kind = "number"
    has_default: InputValue | None = default if default != "" else None
    return Input(
        name=declared.name,
        kind=kind,
        description=declared.description,
        required=declared.is_required,
        default=has_default,
        options=tuple(declared.options or ()),
    )
