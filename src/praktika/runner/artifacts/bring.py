"""Bringing in what a job requires, after verifying it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import structs

from praktika.errors import Absent, OperatorError
from praktika.model.plan import Artifact, Job, Plan
from praktika.model.result import Result
from praktika.model.task import Task
from praktika.model.wire import WireError, decode, encode
from praktika.ports.blobs import Blobs
from praktika.runner.archive import Refused
from praktika.runner.artifacts.fetch import check_expiry, fetch
from praktika.runner.artifacts.placing import link_into, place
from praktika.runner.artifacts.record import (
    COMPRESSED,
    PLAIN,
    Record,
    attempt_of,
    beside,
    blob_of,
    expected,
    has_files,
    job_of,
    limits_of,
    prefix_of,
)
from praktika.runner.job_files import write_file
from praktika.runner.workspace import remove
from praktika.sdk.names import file_stem, result_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where things are brought to.

    Attributes:
        blobs: where they are stored.
        task: what they are for.
        plan: of its run.
        workspace: of the job.
        inputs: the folder INPUT_DIR in it.
        now: seconds since the epoch.
    """

    blobs: Blobs
    task: Task
    plan: Plan
    workspace: Path
    inputs: Path
    now: float


def bring_all(scene: Scene, job: Job) -> None:
    """Bring in every artifact that the job requires, and the reports of the jobs it builds on.

    A job that always runs takes what there is: it is there to clean up after failures, too.

    Raises:
        OperatorError: something is not stored, is not what was stored, or is not accepted.
    """
    for artifact in scene.plan.artifacts:
        if artifact.name not in job.requires or not has_files(artifact):
            continue
        try:
            bring(scene, artifact)
        except Absent:
            if not job.always_run:
                raise
    for need in job.needs:
        if need.kind != "order":
            with suppress(Absent, WireError):
                _bring_report(scene, need.job)


def bring(scene: Scene, artifact: Artifact) -> None:
    """Unpack a stored artifact at the paths where its provider left it.

    Job scripts written for older versions look for its files directly in the input folder, so
    they are linked there as well, where nothing of that name is yet.

    Raises:
        Absent: it is not stored, or expired.
        OperatorError: it is not what was stored, or it is not accepted.
    """
    run, attempt = attempt_of(scene.task, scene.plan, artifact.provider)
    prefix = prefix_of(run, artifact.provider, attempt)
    stored = expected(scene.task, scene.plan, artifact)
    if stored is None:
        record = decode(scene.blobs.get(blob_of(prefix, artifact.name, "json")), Record)
        stored = structs.replace(record.stored, name=artifact.name)
    check_expiry(stored, scene.now)
    if not stored.sha256:
        if artifact.optional:
            return
        raise Absent(f"artifact '{artifact.name}' was not left by its job")
    unpacked = beside(scene.workspace, artifact.name, "unpacked")
    remove(unpacked)
    try:
        fetch(scene.blobs, stored, unpacked, prefix=prefix, limits=limits_of(scene.plan))
        place(unpacked, scene.workspace, lambda: link_into(unpacked, scene.workspace, scene.inputs))
    except Refused as error:
        raise OperatorError(f"artifact '{artifact.name}' is refused: {error}") from error
    finally:
        remove(unpacked)


def _bring_report(scene: Scene, provider: str) -> None:
    """The Result of a job, and the list of what it stored, where no file of that name is.

    Raises:
        Absent: it left no Result, as one that was skipped.
    """
    run, attempt = attempt_of(scene.task, scene.plan, provider)
    if not run:
        return  # nothing ran: what it would have made was there
    prefix = prefix_of(run, provider, attempt)
    job = job_of(scene.plan, provider)
    data = scene.blobs.get(f"{prefix}/result.json")
    result = decode(data, Result)
    name = job.name if job else result.name
    listed = {"build_urls": list(_archives(prefix, result))}
    report = scene.inputs / f"artifact_report_{file_stem(name)}.json"
    for path, content in (
        (Path(result_path(name, str(scene.inputs))), data),
        (report, encode(listed)),
    ):
        if not path.is_symlink() and not path.exists():
            write_file(path, content)


def _archives(prefix: str, result: Result) -> Iterator[str]:
    """The keys of the archives that a job stored."""
    said = result.ext.get("artifacts")
    for one in said if isinstance(said, list) else []:
        with suppress(msgspec.ValidationError):
            record = msgspec.convert(one, Record)
            if record.sha256 and record.format in {PLAIN, COMPRESSED}:
                yield blob_of(prefix, record.name, record.format)
