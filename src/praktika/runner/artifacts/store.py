"""Storing what a job has left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from praktika.errors import PraktikaError
from praktika.model.plan import Artifact, Job, Plan
from praktika.model.task import Task
from praktika.model.wire import encode
from praktika.ports.blobs import Blobs
from praktika.runner.archive import Limits, Packed, Refused, pack
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
from praktika.runner.user import JobUser, acting

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


def store_all(  # noqa: PLR0913 - by name
    blobs: Blobs,
    task: Task,
    plan: Plan,
    job: Job,
    *,
    workspace: Path,
    now: float,
    user: JobUser | None = None,
) -> Kept:
    """Store what of the job's artifacts is there, and its user may read."""
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
            limits = limits_of(plan)
            with _packed(artifact, workspace, limits, user) as packed:
                records.append(_store(blobs, prefix, artifact, record, packed))
        except OutputMissing as error:
            missing.append(str(error))
        except (OSError, PraktikaError) as error:
            trouble = f"artifact '{artifact.name}' could not be stored: {error}"
    return Kept(tuple(records), tuple(missing), trouble)


@contextmanager
def _packed(
    artifact: Artifact, workspace: Path, limits: Limits, user: JobUser | None
) -> Iterator[tuple[Path, Packed] | None]:
    """The archive, for the block; None if there is nothing to pack.

    Raises:
        OutputMissing: what it is made of is not there, or not accepted.
    """
    if not has_files(artifact):
        yield None
        return
    folder = _room_for(user, workspace)
    packed = folder / beside(workspace, artifact.name, COMPRESSED).name
    try:
        with acting(user):
            names = entries(artifact, workspace)
            made = pack(Path(os.path.realpath(workspace)), names, packed, limits) if names else None
        yield (packed, made) if made else None
    except PermissionError as error:
        if user is None:
            raise
        raise OutputMissing(
            f"artifact '{artifact.name}': the job cannot read it: {error}"
        ) from error
    except Refused as error:
        raise OutputMissing(f"artifact '{artifact.name}': {error}") from error
    finally:
        packed.unlink(missing_ok=True)


def _room_for(user: JobUser | None, workspace: Path) -> Path:
    """A folder for archives, which the job has not touched; whoever reads its files writes them."""
    if user is None:
        return workspace.parent
    folder = workspace.with_name("packed")
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, user.uid, user.gid)
    return folder


def _store(
    blobs: Blobs,
    prefix: str,
    artifact: Artifact,
    record: Record,
    packed: tuple[Path, Packed] | None,
) -> Record:
    if packed is not None:
        path, made = packed
        record = structs.replace(record, size=made.size, sha256=made.sha256, files=made.files)
        blobs.put(blob_of(prefix, artifact.name, record.format), path, tags=artifact.tags)
    if has_files(artifact):
        blobs.put(blob_of(prefix, artifact.name, "json"), encode(record))
    return record
