"""Storing what a job has left."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from praktika.errors import PraktikaError
from praktika.model.plan import Artifact, Job, Plan
from praktika.model.task import Task
from praktika.model.wire import encode
from praktika.ports.blobs import Blobs
from praktika.runner.archive import Limits, Refused, pack
from praktika.runner.artifacts.paths import entries
from praktika.runner.artifacts.record import (
    COMPRESSED,
    IMAGE,
    OutputMissing,
    Record,
    beside,
    blob_of,
    has_files,
    limits_of,
    prefix_of,
)

_DAY = 24 * 3600.0


class Kept(NamedTuple):
    """What became of a job's artifacts.

    Attributes:
        records: of what was stored.
        missing: a sentence for each artifact that the job did not leave.
        trouble: the last error of the store, or "".
    """

    records: tuple[Record, ...]
    missing: tuple[str, ...] = ()
    trouble: str = ""


def store_all(
    blobs: Blobs, task: Task, plan: Plan, job: Job, *, workspace: Path, now: float
) -> Kept:
    """Store what of the job's artifacts is there."""
    records: list[Record] = []
    missing: list[str] = []
    trouble = ""
    for artifact in plan.artifacts:
        if artifact.name not in job.provides or artifact.kind == IMAGE:
            continue  # images are told of by who builds them
        record = Record(
            name=artifact.name,
            provider=artifact.provider,
            attempt=task.attempt,
            format=COMPRESSED,
            expires=now + artifact.expire_days * _DAY if artifact.expire_days else 0.0,
            tags=artifact.tags,
        )
        try:
            prefix = prefix_of(task.run, artifact.provider, task.attempt)
            records.append(_store(blobs, prefix, artifact, record, workspace, limits_of(plan)))
        except OutputMissing as error:
            missing.append(str(error))
        except (OSError, PraktikaError) as error:
            trouble = f"artifact '{artifact.name}' could not be stored: {error}"
    return Kept(tuple(records), tuple(missing), trouble)


def _store(
    blobs: Blobs, prefix: str, artifact: Artifact, record: Record, workspace: Path, limits: Limits
) -> Record:
    if not has_files(artifact):
        return record
    names = entries(artifact, workspace)
    if not names:
        blobs.put(blob_of(prefix, artifact.name, "json"), encode(record))
        return record
    packed = beside(workspace, artifact.name, COMPRESSED)
    try:
        made = pack(Path(os.path.realpath(workspace)), names, packed, limits)
        record = structs.replace(record, size=made.size, sha256=made.sha256, files=made.files)
        blobs.put(blob_of(prefix, artifact.name, record.format), packed, tags=artifact.tags)
        blobs.put(blob_of(prefix, artifact.name, "json"), encode(record))
    except Refused as error:
        raise OutputMissing(f"artifact '{artifact.name}': {error}") from error
    finally:
        packed.unlink(missing_ok=True)
    return record
