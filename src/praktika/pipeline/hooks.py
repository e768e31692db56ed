"""The jobs that praktika itself adds to a workflow that has hooks.

"Config Workflow" runs the pre hooks, and every other job waits for it. "Finish Workflow" runs the
post hooks after all others, whatever became of them. Their names are settings. Those that build
images are in `image_jobs`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Place

_CONFIG_TIMEOUT = 600
_FINISH_TIMEOUT = 5 * 3600
_NAMES = (
    "CI_CONFIG_JOB_NAME",
    "FINISH_WORKFLOW_JOB_NAME",
    "DOCKER_BUILD_ARM_LINUX_JOB_NAME",
    "DOCKER_BUILD_AMD_LINUX_JOB_NAME",
    "DOCKER_BUILD_AMD_LINUX_AND_MERGE_JOB_NAME",
    "DOCKER_BUILD_MANIFEST_JOB_NAME",
)


def native_names(settings: Mapping[str, Any]) -> frozenset[str]:
    """The casefolded names of all jobs that praktika may add to a workflow."""
    return frozenset(str(settings[name]).casefold() for name in _NAMES)


def config_job(workflow: WorkflowConfig, settings: Mapping[str, Any]) -> JobConfig | None:
    """The job that runs a workflow's pre hooks, or None if there are none."""
    if not workflow.pre_hooks:
        return None
    name = str(settings["CI_CONFIG_JOB_NAME"])
    job = native_job(name, workflow, settings, place_of(workflow, "pre_hooks"))
    job.timeout = _CONFIG_TIMEOUT
    return job


def finish_job(workflow: WorkflowConfig, settings: Mapping[str, Any]) -> JobConfig | None:
    """The job that runs a workflow's post hooks, or None if there are none."""
    if not workflow.post_hooks:
        return None
    name = str(settings["FINISH_WORKFLOW_JOB_NAME"])
    job = native_job(name, workflow, settings, place_of(workflow, "post_hooks"))
    job.timeout = _FINISH_TIMEOUT
    job.always_run = True
    return job


def native_job(
    name: str,
    workflow: WorkflowConfig,
    settings: Mapping[str, Any],
    place: Place,
    runs_on: str | list[str] | None = None,
) -> JobConfig:
    """A job that praktika adds to a workflow.

    Args:
        name: of the job, by which its process knows what to do.
        workflow: that it belongs to.
        settings: all by name.
        place: what in the workflow it is there for.
        runs_on: its labels, if it has some of its own.
    """
    python = settings["PYTHON_INTERPRETER"]
    job = JobConfig(
        name=name,
        command=f"{python} -m praktika.native_jobs {shlex.quote(name)}",
        runs_on=runs_on or workflow.native_job_runs_on or settings["CI_CONFIG_RUNS_ON"] or [],
    )
    job.__dict__["_where"] = place
    job.__dict__["_written"] = {}
    return job
