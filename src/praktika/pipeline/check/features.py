"""What a workflow and its jobs switch on, and features that need one another."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.model.container import read
from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, said, shown
from praktika.pipeline.check.triggers.events import check_triggers
from praktika.pipeline.declare.artifact import ArtifactConfig, ArtifactType
from praktika.pipeline.declare.declared import Declared, is_written, place_of
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.secret import SecretConfig, SecretType
from praktika.pipeline.declare.workflow import (
    WorkflowConcurrency,
    WorkflowConfig,
    WorkflowEngine,
    WorkflowEvent,
    WorkflowJobChecks,
)
from praktika.pipeline.finding import Finding, warning
from praktika.pipeline.suggest import did_you_mean

_NEEDS = (
    ("enable_gh_summary_comment", "enable_report"),
    ("enable_open_issues_check", "enable_report"),
    ("enable_open_issues_check", "enable_merge_ready_status"),
)

_LONGEST = 1e9
_MOST_RETRIES = 10
_MOST_TAGS = 10
_MOST_DAYS = 36_500


def check_workflow(workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with a workflow's own fields."""
    yield from _check_choice(workflow, "event", WorkflowEvent)
    yield from _check_choice(workflow, "engine", WorkflowEngine)
    yield from _check_choice(workflow, "job_checks", WorkflowJobChecks)
    yield from check_triggers(workflow)
    yield from _check_timeout(workflow)
    yield from _check_concurrency(workflow)
    for field, needed in _NEEDS:
        if getattr(workflow, field) and not getattr(workflow, needed):
            text = f"'{field}' of {called(workflow)} needs '{needed}'."
            yield Finding(
                place_of(workflow, field), codes.FEATURE_NEEDS, text, f"Add {needed}=True."
            )
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
    if job.rerun_command and not job.rerun_command.strip():
        text = f"'rerun_command' of {called(job)} is blank."
        hint = "Write a line for bash, or leave it out."
        yield Finding(place_of(job, "rerun_command"), codes.EMPTY_COMMAND, text, hint)
    for field in ("command", "rerun_command", "timeout_shell_cleanup"):
        if "\0" in (getattr(job, field) or ""):
            text = f"'{field}' of {called(job)} has a NUL character in it."
            yield Finding(place_of(job, field), codes.WRONG_VALUE, text)
    if job.retries not in range(_MOST_RETRIES + 1):
        text = (
            f"'retries' of {called(job)} is {said(job.retries)}, not a whole number from 0 to 10."
        )
        yield Finding(place_of(job, "retries"), codes.WRONG_VALUE, text)
    yield from _check_container(job)
    yield from _check_timeout(job)


def _check_container(job: JobConfig) -> Iterator[Finding]:
    """What of `run_in_docker` cannot be meant."""
    if not job.run_in_docker:
        return
    for fault in read(job.run_in_docker)[1]:
        text = f"'run_in_docker' of {called(job)}: {shown(fault, 200)}."
        hint = "It is an image, `+root` if need be, and options of `docker run`, each behind a `+`."
        yield Finding(place_of(job, "run_in_docker"), codes.WRONG_VALUE, text, hint)


def check_time(job: JobConfig, workflow: WorkflowConfig) -> Iterator[Finding]:
    """Whether the timeout that a job was given can come before that of its workflow."""
    if is_written(job, "timeout") and 0 < workflow.timeout < job.timeout < _LONGEST:
        text = (
            f"The timeout of {called(job)}, {job.timeout:g} s, has no effect: {called(workflow)}"
            f" is stopped after {workflow.timeout:g} s."
        )
        hint = "Raise the workflow's timeout, or lower the job's."
        yield warning(place_of(job, "timeout"), codes.NO_EFFECT, text, hint)


def check_artifact(artifact: ArtifactConfig, workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with an artifact's own fields."""
    yield from _check_choice(artifact, "type", ArtifactType)
    if not 0 <= artifact.expire_days <= _MOST_DAYS:
        text = (
            f"'expire_days' of {called(artifact)} is {said(artifact.expire_days)}, not a number of"
            " days, or 0 for never."
        )
        yield Finding(place_of(artifact, "expire_days"), codes.WRONG_VALUE, text)
    tags = artifact.ext.get("tags") or {}
    if not _are_tags(tags):
        text = f"The tags of {called(artifact)} are not texts by names: {said(tags)}."
        hint = 'Write add_tags({"name": "value"}): at most 10, of 128 and 256 characters.'
        yield Finding(place_of(artifact, "ext"), codes.WRONG_TYPE, text, hint)
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


def _are_tags(tags: object) -> bool:
    """Whether every store can take them."""
    if not isinstance(tags, dict) or len(tags) > _MOST_TAGS:
        return False
    texts = [text for pair in tags.items() for text in pair]
    if not all(isinstance(text, str) and text.isprintable() for text in texts):
        return False
    return all(0 < len(name) <= 128 and len(value) <= 256 for name, value in tags.items())


def _check_timeout(thing: JobConfig | WorkflowConfig) -> Iterator[Finding]:
    if not 0 < thing.timeout < _LONGEST:
        text = f"The timeout of {called(thing)} is {said(thing.timeout)}, not seconds above 0."
        yield Finding(place_of(thing, "timeout"), codes.BAD_TIMEOUT, text)


def _check_concurrency(workflow: WorkflowConfig) -> Iterator[Finding]:
    """Whether the policy is one, and has a group to apply to."""
    field = "concurrency_policy"
    yield from _check_choice(workflow, field, WorkflowConcurrency)
    is_grouped = workflow.concurrency or workflow.event == WorkflowEvent.PULL_REQUEST
    if is_written(workflow, field) and not is_grouped:
        text = f"'{field}' of {called(workflow)} has no effect without 'concurrency'."
        hint = "Add concurrency=…, the name of the group."
        yield warning(place_of(workflow, field), codes.NO_EFFECT, text, hint)


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
