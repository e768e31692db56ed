"""What a workflow and its jobs switch on: events, schedules, and features that need one another."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.pipeline import codes
from praktika.pipeline.check.cron import cron_fault
from praktika.pipeline.check.sound import called, said, shown
from praktika.pipeline.declare.artifact import ArtifactConfig, ArtifactType
from praktika.pipeline.declare.declared import Declared, is_written, place_of
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.secret import SecretConfig, SecretType
from praktika.pipeline.declare.workflow import WorkflowConfig, WorkflowEngine, WorkflowEvent
from praktika.pipeline.finding import Finding, warning
from praktika.pipeline.suggest import did_you_mean

_NEEDS = (
    ("enable_gh_summary_comment", "enable_report"),
    ("enable_open_issues_check", "enable_report"),
    ("enable_open_issues_check", "enable_merge_ready_status"),
)
_ONLY_FOR = (
    ("branches", (WorkflowEvent.PUSH, WorkflowEvent.SCHEDULE, WorkflowEvent.DISPATCH)),
    ("base_branches", (WorkflowEvent.PULL_REQUEST, WorkflowEvent.MERGE_QUEUE)),
    ("cron_schedules", (WorkflowEvent.SCHEDULE,)),
    ("enable_gh_summary_comment", (WorkflowEvent.PULL_REQUEST,)),
)

_LONGEST = 1e9


def check_workflow(workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with a workflow's own fields."""
    yield from _check_choice(workflow, "event", WorkflowEvent)
    yield from _check_choice(workflow, "engine", WorkflowEngine)
    yield from _check_schedule(workflow)
    for field, needed in _NEEDS:
        if getattr(workflow, field) and not getattr(workflow, needed):
            text = f"'{field}' of {called(workflow)} needs '{needed}'."
            yield Finding(
                place_of(workflow, field), codes.FEATURE_NEEDS, text, f"Add {needed}=True."
            )
    for field, events in _ONLY_FOR:
        if getattr(workflow, field) and workflow.event not in events:
            text = f"'{field}' of {called(workflow)} has no effect on event '{workflow.event}'."
            yield warning(place_of(workflow, field), codes.NO_EFFECT, text)
    if workflow.workflow_filter_hooks:
        text = f"The filter hooks of {called(workflow)} are not called yet: every job runs."
        yield warning(place_of(workflow, "workflow_filter_hooks"), codes.NOT_YET, text)
    for field in ("pre_hooks", "post_hooks"):
        for hook in getattr(workflow, field):
            if isinstance(hook, str) and not hook.strip():
                text = f"'{field}' of {called(workflow)} has an empty command."
                yield Finding(place_of(workflow, field), codes.EMPTY_COMMAND, text)


def check_job(job: JobConfig) -> Iterator[Finding]:
    """What is wrong with a job's own fields."""
    if is_written(job, "command") and not job.command.strip():
        text = f"{called(job)} has an empty command."
        yield Finding(place_of(job, "command"), codes.EMPTY_COMMAND, text)
    for field in ("command", "timeout_shell_cleanup"):
        if "\0" in (getattr(job, field) or ""):
            text = f"'{field}' of {called(job)} has a NUL character in it."
            yield Finding(place_of(job, field), codes.WRONG_VALUE, text)
    if not 0 < job.timeout < _LONGEST:
        text = f"The timeout of {called(job)} is {said(job.timeout)}, not seconds above 0."
        yield Finding(place_of(job, "timeout"), codes.BAD_TIMEOUT, text)


def check_artifact(artifact: ArtifactConfig, workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with an artifact's own fields."""
    yield from _check_choice(artifact, "type", ArtifactType)
    if artifact.type == ArtifactType.PHONY:
        return
    if not artifact.path:
        text = f"{called(artifact)} needs 'path'."
        hint = "Add path=…, or type=Artifact.Type.PHONY for a mere name."
        yield Finding(place_of(artifact), codes.MISSING_FIELD, text, hint)
    if workflow.enable_cache and artifact.type == ArtifactType.GH:
        text = f"{called(artifact)} is kept by GitHub, where the cache cannot use it."
        hint = "Use type=Artifact.Type.S3."
        yield Finding(place_of(artifact, "type"), codes.FEATURE_NEEDS, text, hint)


def check_secret(secret: SecretConfig) -> Iterator[Finding]:
    """What is wrong with a secret's own fields."""
    yield from _check_choice(secret, "type", SecretType)


def _check_choice(thing: Declared, field: str, names: type) -> Iterator[Finding]:
    value = getattr(thing, field)
    known = {
        text: name for name, text in vars(names).items() if name[0] != "_" and isinstance(text, str)
    }
    if value in known or not is_written(thing, field):
        return
    hint = did_you_mean(value, known) or f"Use one of: {', '.join(known)}."
    text = f"'{field}' of {called(thing)} is '{shown(value)}', which is none of the known ones."
    yield Finding(place_of(thing, field), codes.WRONG_VALUE, text, hint)


def _check_schedule(workflow: WorkflowConfig) -> Iterator[Finding]:
    place = place_of(workflow, "cron_schedules")
    if workflow.event == WorkflowEvent.SCHEDULE and not workflow.cron_schedules:
        text = f"{called(workflow)} is for event 'schedule' and needs 'cron_schedules'."
        hint = 'Add cron_schedules=["0 3 * * *"] for three o\'clock each night.'
        yield Finding(place, codes.MISSING_FIELD, text, hint)
    for line in workflow.cron_schedules:
        fault = cron_fault(line)
        if fault:
            text = f"The schedule '{shown(line)}' of {called(workflow)} {fault}."
            yield Finding(place, codes.BAD_CRON, text, "The five fields are those of POSIX cron.")
