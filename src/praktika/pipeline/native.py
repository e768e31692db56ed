"""The jobs that praktika adds, inside their process: `python3 -m praktika.native_jobs NAME`.

What builds images is in `sdk.images`; the others run the workflow's own hooks. The workflow is
loaded from the job's workspace, because a hook may be a function. Each hook becomes a part of the
job's Result. A failed pre hook stops those behind it; post hooks all run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import NoReturn

from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.load.loader import Loaded, load
from praktika.sdk.images import build
from praktika.sdk.job.environment import Environment
from praktika.sdk.result.result import Result
from praktika.sdk.result.status import Status
from praktika.sdk.settings import Settings

VARIABLE = "PRAKTIKA_WORKFLOW"
_SHOWN = 10
_BUILDS = (
    "DOCKER_BUILD_AMD_LINUX_JOB_NAME",
    "DOCKER_BUILD_ARM_LINUX_JOB_NAME",
    "DOCKER_BUILD_MANIFEST_JOB_NAME",
)


def main(arguments: Sequence[str]) -> NoReturn:
    """Run the hooks of the native job of that name, write its Result, and exit as it says."""
    name = arguments[0] if arguments else ""
    if name in {getattr(Settings, setting) for setting in _BUILDS}:
        build.main(name)  # none of the author's code is loaded
    loaded = load(os.getcwd())  # noqa: PTH109 - the loader takes text
    workflow = _current(loaded)
    if workflow is None:
        _fail(name, loaded)
    if name == loaded.settings["CI_CONFIG_JOB_NAME"]:
        results = run_hooks(workflow.pre_hooks, stop_early=True)
    elif name == loaded.settings["FINISH_WORKFLOW_JOB_NAME"]:
        results = run_hooks(workflow.post_hooks, stop_early=False)
    else:
        _end(Result.create_new(name, Status.ERROR, info=f"There is no native job '{name}'."))
    _end(Result.create_from(name=name, results=results))


def run_hooks(hooks: Sequence[str | Callable[..., object]], *, stop_early: bool) -> list[Result]:
    """The outcome of each hook that was run, in order.

    Args:
        hooks: lines for bash, or functions without arguments.
        stop_early: run nothing behind a failure.
    """
    results: list[Result] = []
    for hook in hooks:
        name = hook if isinstance(hook, str) else getattr(hook, "__name__", repr(hook))
        result = Result.from_commands_run(name=name, command=hook)
        results.append(result)
        if stop_early and not result.is_ok():
            break
    return results


def _current(loaded: Loaded) -> WorkflowConfig | None:
    """The workflow that this job belongs to."""
    name = os.environ.get(VARIABLE) or Environment.get().WORKFLOW_NAME
    return next((one for one in loaded.workflows if one.name == name), None)


def _fail(name: str, loaded: Loaded) -> NoReturn:
    lines = ["The workflow of this job is not among those of its workspace."]
    lines += [
        f"{finding.place[0]}:{finding.place[1]}: {finding.text}"
        for finding in loaded.findings[:_SHOWN]
    ]
    _end(Result.create_new(name, Status.ERROR, info=lines))


def _end(result: Result) -> NoReturn:
    result.complete_job()
    raise SystemExit(not result.is_ok())
