"""What a job can know: its environment variables and the files of `TEMP_DIR`.

Event text (titles, branches, messages) reaches a job only as data in these places, never as part
of a command line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from praktika.model.facts import Facts
from praktika.model.plan import Job, Plan
from praktika.model.task import Task
from praktika.model.wire import decode, pretty
from praktika.runner.container import tag_of
from praktika.runner.job_files import inside, read_file, write_file
from praktika.sdk.job.secret import TRUST

ENVIRONMENT_LIMIT = 16 << 20
"""Bytes of `environment.json` that are read back."""

OWNER = "PRAKTIKA_OWNER"
"""The variable that tells for whom a job's processes run, so that they can be found and ended."""

_OWN = ("PRAKTIKA_", "JOB_NAME", "CHECK_NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Everything that describes one attempt to the job itself."""

    task: Task
    plan: Plan
    job: Job
    facts: Facts
    temp: Path
    owner: str
    """Of the job's processes; see `OWNER`."""
    library: Path
    """A folder that holds `praktika` and nothing else, for PYTHONPATH."""


def variables(setting: Setting, inherited: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of the job's command."""
    env = {key: value for key, value in inherited.items() if not key.startswith(_OWN)}
    # The library first: a repository may still carry an older praktika in ci/.
    path = os.pathsep.join([os.fspath(setting.library), ".", "./ci"])
    own_path = inherited.get("PYTHONPATH", "")
    return (
        env
        | own(setting)
        | {
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": path + (os.pathsep + own_path if own_path else ""),
        }
    )


def own(setting: Setting) -> dict[str, str]:
    """The variables that tell a job about itself, wherever it runs."""
    tags = {image.name: tag_of(image) for image in setting.plan.images if tag_of(image)}
    return {
        "PRAKTIKA": "1",
        "PRAKTIKA_RUN": setting.task.run,
        "PRAKTIKA_JOB": setting.task.job,
        "PRAKTIKA_ATTEMPT": str(setting.task.attempt),
        OWNER: setting.owner,
        "PRAKTIKA_WORKFLOW": setting.plan.workflow,
        TRUST: setting.facts.trust,
        "PRAKTIKA_SETTINGS": os.fspath(setting.temp / "settings.json"),
        "JOB_NAME": setting.job.name,
        "CHECK_NAME": setting.job.name,
        "DOCKER_TAG": json.dumps(tags),
    }


def write(setting: Setting, kv: Mapping[str, Any]) -> None:
    """Write `environment.json`, `settings.json` and the inputs into the job's `TEMP_DIR`."""
    _dump(setting.temp / "environment.json", _document(setting, kv))
    if setting.facts.inputs:
        _dump(setting.temp / "workflow_inputs.json", setting.facts.inputs)
    _dump(setting.temp / "settings.json", setting.plan.settings)


def write_inputs(setting: Setting, workspace: Path) -> None:
    """Write what the run was dispatched with, where `Info` looks for it.

    Raises:
        OSError: the setting leads out of the workspace, or it cannot be written.
    """
    facts = setting.facts
    if not facts.inputs and (facts.local or facts.event != "dispatch"):
        return
    name = "WORKFLOW_INPUTS_FILE"
    path = Path(str(setting.plan.settings.get(name) or setting.temp / "workflow_inputs.json"))
    _dump(inside(workspace, os.fspath(path.parent), name) / path.name, facts.inputs)


def read_back(temp: Path) -> dict[str, Any]:
    """What the job left in `environment.json`; empty if it is gone or unreadable."""
    try:
        text = read_file(temp / "environment.json", ENVIRONMENT_LIMIT).decode("utf-8", "replace")
        # Once more through JSON: a lone surrogate, which JSON can spell, is no text.
        clean = json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace")
        return decode(clean, dict[str, Any])
    except (OSError, ValueError, RecursionError):
        return {}


def _document(setting: Setting, kv: Mapping[str, Any]) -> dict[str, Any]:
    facts = setting.facts
    data = {**facts.environment["JOB_KV_DATA"], **kv}
    return {
        "WORKFLOW_NAME": setting.plan.workflow,
        "JOB_NAME": setting.job.name,
        **facts.environment,
        "JOB_OUTPUT_STREAM": "",
        "EVENT_FILE_PATH": "",
        "RUN_ID": setting.task.run,
        "INSTANCE_TYPE": "",
        "INSTANCE_ID": "",
        "INSTANCE_LIFE_CYCLE": "",
        "REPORT_MESSAGES": [],
        "JOB_CONFIG": setting.job.config,
        "TRACEBACKS": [],
        "WORKFLOW_JOB_DATA": {},
        "JOB_KV_DATA": data,
        "JOB_KV_DATA_BASE_KEYS": sorted(data),
        "WORKFLOW_CONFIG": {"name": setting.plan.workflow, "sha": facts.sha},
    }


def _dump(path: Path, value: object) -> None:
    write_file(path, pretty(value))
