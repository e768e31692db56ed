"""Calling a workflow's own filter hooks: `hook(job name) -> (skip it?, reason)`.

They run where the declaration was loaded, and find the facts of the run where a job would: in
`Info`, which reads `TEMP_DIR/environment.json`. The changed files are among the facts if they are
known (`Info().get_changed_files()`).
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

import msgspec

from praktika.model.plan import Compilation, Job, Plan
from praktika.model.problem import Problem
from praktika.pipeline import codes
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.hooks import native_names
from praktika.pipeline.load.loader import Loaded
from praktika.sdk.job.environment import Environment
from praktika.sdk.settings import remember

Hook = Callable[..., object]


def filtered(loaded: Loaded, compilation: Compilation, folder: str) -> Compilation:
    """The compilation in which jobs are skipped that a filter hook does not want.

    Args:
        loaded: what the files declare.
        compilation: of it, perhaps with errors.
        folder: holds `environment.json`, and stands for TEMP_DIR while hooks run.
    """
    hooks = {one.name: one for one in loaded.workflows if one.workflow_filter_hooks}
    if not hooks or not compilation.plans:
        return compilation
    os.environ["PRAKTIKA"] = "1"
    remember({**loaded.settings, "TEMP_DIR": folder, "INPUT_DIR": folder, "OUTPUT_DIR": folder})
    natives = native_names(loaded.settings)
    problems: list[Problem] = []
    plans = []
    for plan in compilation.plans:
        workflow = hooks.get(plan.workflow)
        if workflow is None:
            plans.append(plan)
            continue
        facts = Environment.from_fs()
        facts.WORKFLOW_NAME, facts.EVENT_TYPE = plan.workflow, plan.event
        facts.dump()
        plans.append(_filtered_plan(plan, workflow, natives, problems, loaded.root))
    return msgspec.structs.replace(
        compilation,
        plans=() if problems else tuple(plans),
        problems=(*compilation.problems, *problems),
    )


def _filtered_plan(
    plan: Plan,
    workflow: WorkflowConfig,
    natives: frozenset[str],
    problems: list[Problem],
    root: str,
) -> Plan:
    jobs = []
    for job in plan.jobs:
        reason = ""
        if job.name.casefold() not in natives:
            for hook in workflow.workflow_filter_hooks:
                try:
                    reason = reason or _answer(hook, job)
                except Exception as error:  # noqa: BLE001 - the author's code, at its edge
                    problems.append(_problem(hook, job, workflow, error, root))
                    return plan
        skipped = msgspec.structs.replace(job, decision="skip", reason=reason)
        jobs.append(skipped if reason else job)
    return msgspec.structs.replace(plan, jobs=tuple(jobs))


def _answer(hook: Hook, job: Job) -> str:
    """Why the hook does not want the job, or "" if it does."""
    answer = hook(job.name)
    skip, reason = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, "")
    if not isinstance(skip, bool) and skip is not None:
        raise TypeError(f"it answered {answer!r}, not (True or False, reason)")
    return (_text(reason or "") or f"the filter hook '{_name(hook)}' says so") if skip else ""


def _problem(
    hook: Hook, job: Job, workflow: WorkflowConfig, error: Exception, root: str
) -> Problem:
    file, line = place_of(workflow, "workflow_filter_hooks")
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(os.path.join(root, "")):  # noqa: PTH118 - text is enough
            file, line = frame.filename, frame.lineno or 0
    said = _text(f"{type(error).__name__}: {error}")
    return Problem(
        file=os.path.relpath(file, root) if file.startswith(os.path.join(root, "")) else file,  # noqa: PTH118
        line=line,
        code=codes.FILTER_FAILED,
        text=f"The filter hook '{_name(hook)}' failed on job '{job.name}': {said}.",
        hint="Nothing is run, as nobody knows what it would have left out.",
    )


def _text(said: object) -> str:
    """It as text without lone surrogates, which a plan cannot hold."""
    return str(said).encode("utf-8", "backslashreplace").decode()


def _name(hook: Hook) -> str:
    return str(getattr(hook, "__name__", type(hook).__name__))
