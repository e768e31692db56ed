"""What is kept of an artifact beside its archive, and where both are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from praktika.errors import OperatorError
from praktika.model.plan import Artifact, Job, Plan, Stored, job_key
from praktika.model.task import Task
from praktika.runner.archive import Limits

PLAIN: Final = "tar"
COMPRESSED: Final = "tar.zst"

_WITHOUT_FILES = frozenset({"phony", "image"})


class OutputMissing(Exception):
    """The job did not leave what the artifact names, or what others could not be given."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What was stored under an artifact's name.

    Attributes:
        name: of the artifact.
        provider: key of the job.
        attempt: of that job.
        size: bytes of the archive.
        sha256: of the archive, hexadecimal; "" if there is none.
        files: how many files it holds.
        format: of the archive, which is also how its key ends. Records of older versions do not
            say: theirs are not compressed.
        expires: when it is not used any more, in seconds since the epoch; 0 means never.
        tags: as declared.
    """

    name: str
    provider: str
    attempt: int
    size: int = 0
    sha256: str = ""
    files: int = 0
    format: str = PLAIN
    expires: float = 0.0
    tags: dict[str, str] = {}

    @property
    def stored(self) -> Stored:
        """What the control plane is told."""
        return Stored(name=self.name, sha256=self.sha256, size=self.size, expires=self.expires)


def has_files(artifact: Artifact) -> bool:
    """Whether its files are packed and brought in."""
    return artifact.kind not in _WITHOUT_FILES


def limits_of(plan: Plan) -> Limits:
    """How large an artifact of this plan may be.

    Raises:
        OperatorError: a setting is no number above 0.
    """
    found = {}
    for field, name in (("bytes", "ARTIFACT_MAX_BYTES"), ("files", "ARTIFACT_MAX_FILES")):
        value = plan.settings.get(name, getattr(Limits(), field))
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise OperatorError(f"the setting {name} is {value!r}, not a whole number above 0")
        found[field] = value
    return Limits(**found)


def attempt_of(task: Task, plan: Plan, provider: str) -> tuple[str, int]:
    """The run and attempt whose outcome of a job a task builds on.

    One of this run if the task names it; that of an earlier run if the plan reuses it; else the
    first of this run.
    """
    if provider not in task.inputs:
        job = job_of(plan, provider)
        if job and job.decision == "reuse" and job.origin:
            return job.origin.run, job.origin.attempt
    return task.run, task.inputs.get(provider, 1)


def expected(task: Task, plan: Plan, artifact: Artifact) -> Stored | None:
    """What the control plane knows of an artifact; None if it knows nothing, as of older runs."""
    job = job_of(plan, artifact.provider)
    is_reused = artifact.provider not in task.inputs and job and job.decision == "reuse"
    origin = job.origin.stored if is_reused and job and job.origin else ()
    known = {stored.name: stored for stored in (*origin, *task.stored)}
    return known.get(artifact.name)


def job_of(plan: Plan, key: str) -> Job | None:
    """The job of that key."""
    return next((job for job in plan.jobs if job.key == key), None)


def prefix_of(run: str, provider: str, attempt: int) -> str:
    """Where everything of an attempt is."""
    return f"runs/{run}/jobs/{provider}/{attempt}"


def blob_of(prefix: str, name: str, ending: str) -> str:
    """The key of an artifact's archive, or of its record ("json")."""
    return f"{prefix}/artifacts/{job_key(name)}.{ending}"


def beside(workspace: Path, name: str, ending: str) -> Path:
    """A place for an artifact next to the workspace, on the same disk and out of its reach."""
    return workspace.with_name(f"{workspace.name}.{job_key(name)}.{ending}")
