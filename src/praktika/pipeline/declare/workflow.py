"""Workflow: what starts it, its jobs, and what surrounds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeAlias

from praktika.pipeline.declare.artifact import ArtifactConfig
from praktika.pipeline.declare.declared import Declared, fresh
from praktika.pipeline.declare.docker import DockerConfig
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.secret import SecretConfig


class WorkflowEvent:
    """What starts a workflow."""

    PULL_REQUEST = "pull_request"
    PUSH = "push"
    SCHEDULE = "schedule"
    DISPATCH = "dispatch"
    MERGE_QUEUE = "merge_queue"


class WorkflowEngine:
    """Who runs a workflow."""

    PRAKTIKA = "praktika"
    GH_ACTIONS = "GHActions"


class WorkflowConcurrency:
    """What a newer run of a concurrency group does about those before it."""

    CANCEL = "cancel"
    QUEUE = "queue"


class WorkflowJobChecks:
    """Which jobs have a check of their own, beside that of the workflow."""

    ALL = "all"
    FAILURES = "failures"
    NONE = "none"


class WorkflowInput(Declared):
    """A value that is asked for when a workflow is dispatched by hand."""

    KIND: ClassVar[str] = "InputConfig"

    name: str
    description: str = ""
    is_required: bool = False
    default_value: str | bool | int | float = ""
    options: list[str] | None = None
    is_boolean: bool = False


class AdviserConfig(Declared):
    """An AI that looks at what failed."""

    KIND: ClassVar[str] = "OrchestratorAI"

    enabled: bool = False
    provider: Any = "mock"
    model: str = ""
    pr_token_cap: int = 0
    max_rounds: int = 0


class WorkflowAdviser:
    """The namespace of `Workflow.OrchestratorAI.Config`."""

    Config: TypeAlias = AdviserConfig


class WorkflowParts:
    """The classes that authors reach as `Workflow.…`, as types."""

    Event: TypeAlias = WorkflowEvent
    Engine: TypeAlias = WorkflowEngine
    Concurrency: TypeAlias = WorkflowConcurrency
    JobChecks: TypeAlias = WorkflowJobChecks
    InputConfig: TypeAlias = WorkflowInput
    OrchestratorAI: TypeAlias = WorkflowAdviser


class WorkflowConfig(WorkflowParts, Declared):
    """A declared workflow: the jobs that one kind of event starts.

    Attributes:
        event: one of `Workflow.Event`.
        engine: one of `Workflow.Engine`: who runs it.
        branches: globs of pushed branches that start it; none means any. `!` before one takes out.
        base_branches: globs of a pull request's target that start it; none means any.
        artifacts: what jobs leave for one another.
        dockers: images that the repository builds.
        secrets: what jobs may ask for.
        cron_schedules: when it starts by itself: `minute hour day month weekday`.
        inputs: what is asked for when a person starts it.
        pre_hooks: lines for bash, or functions, that run before every job; a failure stops all.
        workflow_filter_hooks: functions `(job name) -> (skip it?, reason)`.
        post_hooks: lines for bash, or functions, that run after every job.
        native_job_runs_on: labels for the jobs that run the hooks.
        enable_exit_code_result: kept for older pipelines; an exit code is always a result.
        job_aliases: short names of jobs for the command line.
        runs_on_label_prefix: goes before every label but `self-hosted`.
        timeout: seconds until a run of it is stopped, but for the jobs that always run.
        concurrency: name of a group, of which one run goes on at a time. Runs for one pull request
            are a group of their own without it.
        concurrency_policy: one of `Workflow.Concurrency`: a newer run cancels the older ones of
            its group, or waits for them.
        paths: patterns of changed files that it is for, as in a digest config; none means any.
        merge_commit: whether a pull request is tested merged with its base; False tests its head.
        allow_untrusted: whether pull requests from outside run without approval. Without secrets,
            and by runners for untrusted code only, they run in any case.
        job_checks: one of `Workflow.JobChecks`.
        enable_merge_commit: kept for older pipelines; see `merge_commit`.
    """

    KIND: ClassVar[str] = "Workflow"

    name: str
    event: str
    jobs: list[JobConfig]
    engine: str = WorkflowEngine.PRAKTIKA
    branches: list[str] = fresh(factory=list)
    base_branches: list[str] = fresh(factory=list)
    artifacts: list[ArtifactConfig] = fresh(factory=list)
    dockers: list[DockerConfig] = fresh(factory=list)
    secrets: list[SecretConfig] = fresh(factory=list)
    enable_job_filtering_by_changes: bool = False
    enable_cache: bool = False
    enable_report: bool = False
    enable_automerge: bool = False
    enable_merge_ready_status: bool = False
    enable_gh_summary_comment: bool = False
    enable_commit_status_on_failure: bool = False
    enable_cidb: bool = False
    enable_merge_commit: bool = False
    cron_schedules: list[str] = fresh(factory=list)
    inputs: list[WorkflowInput] = fresh(factory=list)
    pre_hooks: list[str | Callable[..., object]] = fresh(factory=list)
    workflow_filter_hooks: list[Callable[..., object]] = fresh(factory=list)
    post_hooks: list[str | Callable[..., object]] = fresh(factory=list)
    disable_dockers_build: bool = False
    enable_dockers_manifest_merge: bool = False
    set_latest_for_docker_merged_manifest: bool = False
    enable_open_issues_check: bool = False
    enable_slack_feed: bool = False
    ai_orchestrator: AdviserConfig | None = None
    orchestrator_filter: str = ""
    native_job_runs_on: str | list[str] = fresh(factory=list)
    enable_exit_code_result: bool = False
    job_aliases: dict[str, str] = fresh(factory=dict)
    runs_on_label_prefix: str = ""
    timeout: int | float = 48 * 3600
    concurrency: str = ""
    concurrency_policy: str = WorkflowConcurrency.CANCEL
    paths: list[str] = fresh(factory=list)
    merge_commit: bool = True
    allow_untrusted: bool = False
    job_checks: str = WorkflowJobChecks.FAILURES

    def is_event_pull_request(self) -> bool:
        """Whether a pull request starts it."""
        return self.event == WorkflowEvent.PULL_REQUEST

    def is_event_push(self) -> bool:
        """Whether a push starts it."""
        return self.event == WorkflowEvent.PUSH

    def is_event_schedule(self) -> bool:
        """Whether the clock starts it."""
        return self.event == WorkflowEvent.SCHEDULE

    def is_event_dispatch(self) -> bool:
        """Whether a person starts it."""
        return self.event == WorkflowEvent.DISPATCH

    def is_event_merge_queue(self) -> bool:
        """Whether a merge queue starts it."""
        return self.event == WorkflowEvent.MERGE_QUEUE

    def get_job(self, name: str) -> JobConfig | None:
        """The job of exactly that name, or None."""
        return JobConfig.get_job(self.jobs, name)

    def find_jobs(self, name: str, lazy: bool = False) -> list[JobConfig]:  # noqa: FBT001, FBT002 - the established signature
        """The jobs that a name means.

        Args:
            name: of a job.
            lazy: accept an alias, any case, and parts of the name with `*` between them.
        """
        if not lazy:
            return [job for job in self.jobs if job.name == name]
        wanted = self.job_aliases.get(name, name).lower()
        exact = [job for job in self.jobs if job.name.lower() == wanted]
        if exact:
            return exact
        tokens = wanted.split("*")
        return [job for job in self.jobs if all(token in job.name.lower() for token in tokens)]

    def get_secret(self, name: str) -> SecretConfig:
        """The declared secret of that name.

        Raises:
            RuntimeError: none is declared.
        """
        for secret in self.secrets:
            if name == secret.name or name in secret.names():
                return secret
        known = ", ".join(sorted(n for secret in self.secrets for n in secret.names())) or "none"
        raise RuntimeError(
            f"Workflow '{self.name}' declares no secret '{name}' (declared: {known})."
        )


class WorkflowNames:
    """`Workflow.Config`, as a type."""

    Config: TypeAlias = WorkflowConfig


class Workflow(WorkflowNames, WorkflowConfig):
    """A declared workflow; `Workflow(...)` and `Workflow.Config(...)` are the same."""
