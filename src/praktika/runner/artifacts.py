"""Artifacts: what a job leaves for others, packed and stored; and brought in again.

An artifact is one tar file of paths relative to the workspace, and a record of its size and
SHA-256 that the consumer checks before it unpacks anything.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

import msgspec

from praktika.errors import Absent, OperatorError, PraktikaError
from praktika.model.plan import Artifact, Job, Plan, job_key
from praktika.model.task import Task
from praktika.model.wire import decode, encode
from praktika.ports.blobs import Blobs

PHONY = "phony"
IMAGE = "image"

# What praktika itself keeps in the input folder.
_RESERVED = frozenset({"environment.json", "settings.json"})


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What was stored under an artifact's name.

    Attributes:
        name: of the artifact.
        provider: key of the job.
        attempt: of that job.
        size: bytes of the tar file.
        sha256: of the tar file, hexadecimal.
        files: how many files it holds.
    """

    name: str
    provider: str
    attempt: int
    size: int = 0
    sha256: str = ""
    files: int = 0


class OutputMissing(Exception):
    """The job did not leave what the artifact names."""


def store_all(
    blobs: Blobs, task: Task, plan: Plan, job: Job, workspace: Path
) -> tuple[tuple[Record, ...], tuple[str, ...], str]:
    """What of the job's artifacts was stored, what was missing, and what failed.

    Returns:
        The records; a sentence for each artifact that the job did not leave; the last error of
        the store, or "".
    """
    stored: list[Record] = []
    missing: list[str] = []
    trouble = ""
    for artifact in plan.artifacts:
        if artifact.name not in job.provides or artifact.kind == IMAGE:
            continue
        try:
            stored.append(store(blobs, task, artifact, workspace))
        except OutputMissing as error:
            missing.append(str(error))
        except (OSError, PraktikaError) as error:
            trouble = f"artifact '{artifact.name}' could not be stored: {error}"
    return tuple(stored), tuple(missing), trouble


def bring_all(
    blobs: Blobs, task: Task, plan: Plan, job: Job, workspace: Path, inputs: Path
) -> None:
    """Bring in every artifact that the job requires.

    A job that always runs takes what there is: it is there to clean up after failures, too.

    Raises:
        OperatorError: one of them is not stored, or not what was stored.
    """
    for artifact in plan.artifacts:
        if artifact.name not in job.requires or artifact.kind in {PHONY, IMAGE}:
            continue
        try:
            bring(blobs, task, artifact, workspace=workspace, inputs=inputs)
        except Absent:
            if not job.always_run:
                raise


def store(blobs: Blobs, task: Task, artifact: Artifact, workspace: Path) -> Record:
    """Pack and store an artifact; of a phony one, its name alone.

    Raises:
        OutputMissing: a path of the artifact matches nothing, or lies outside the workspace.
    """
    record = Record(name=artifact.name, provider=artifact.provider, attempt=task.attempt)
    if artifact.kind == PHONY:
        return record
    paths = _matches(artifact, workspace)
    packed = workspace.with_name(f"{workspace.name}.{job_key(artifact.name)}.tar")
    try:
        files = _pack(packed, workspace, paths)
        size = packed.stat().st_size
        record = msgspec.structs.replace(record, size=size, sha256=_sha256(packed), files=files)
        blobs.put(_key(task.run, artifact, task.attempt, "tar"), packed)
        blobs.put(_key(task.run, artifact, task.attempt, "json"), encode(record))
    finally:
        packed.unlink(missing_ok=True)
    return record


def bring(blobs: Blobs, task: Task, artifact: Artifact, *, workspace: Path, inputs: Path) -> Record:
    """Unpack a stored artifact at the paths where its provider left it.

    Of a provider that was run several times, the attempt is taken that counts.

    Job scripts written for older versions look for its files directly in the input folder, so
    they are linked there as well, where nothing of that name is yet.

    Raises:
        OperatorError: it is not stored, or not what was stored.
    """
    name, attempt = artifact.name, task.inputs.get(artifact.provider, 1)
    record = decode(blobs.get(_key(task.run, artifact, attempt, "json")), Record)
    packed = workspace.with_name(f"{workspace.name}.{job_key(name)}.tar")
    try:
        blobs.fetch(_key(task.run, artifact, attempt, "tar"), packed)
        if _sha256(packed) != record.sha256:
            raise OperatorError(f"artifact '{name}' is not what its producer stored (SHA-256)")
        with tarfile.open(packed) as tar:
            members = [_checked(member, name) for member in tar]
            # The attribute, not the argument: Python 3.11 before .4 has neither.
            tar.extraction_filter = getattr(tarfile, "data_filter", None)
            tar.extractall(workspace, members)  # noqa: S202 - each member was checked
    except tarfile.TarError as error:
        raise OperatorError(f"artifact '{name}' cannot be unpacked: {error}") from error
    finally:
        packed.unlink(missing_ok=True)
    for member in members:
        _link(workspace / member.name, inputs)
    return record


def _matches(artifact: Artifact, workspace: Path) -> list[str]:
    """The entries to pack, none of them below another one."""
    root = workspace.resolve()
    found: set[str] = set()
    for pattern in artifact.paths:
        relative = os.path.relpath(pattern, root) if pattern.startswith("/") else pattern
        if ".." in PurePosixPath(relative).parts:
            raise OutputMissing(f"artifact '{artifact.name}': '{pattern}' is not in the workspace")
        matched = _expand(root, relative)
        if not matched:
            raise OutputMissing(f"artifact '{artifact.name}': nothing matches '{pattern}'")
        found.update(matched)
    return [
        path
        for path in sorted(found)
        if not any(str(parent) in found for parent in PurePosixPath(path).parents)
    ]


def _expand(root: Path, relative: str) -> list[str]:
    if os.path.lexists(root / relative):
        paths = [root / relative]
    else:
        # Path.glob, unlike glob.glob, does not follow links into folders.
        paths = list(root.glob(os.path.normpath(relative)))
    return [os.path.relpath(path, root) for path in paths]


def _pack(packed: Path, workspace: Path, paths: Sequence[str]) -> int:
    root = workspace.resolve()
    with tarfile.open(packed, "w", format=tarfile.PAX_FORMAT, dereference=False) as tar:
        for path in paths:
            if not (workspace / path).parent.resolve().is_relative_to(root):
                raise OutputMissing(f"'{path}' leads out of the workspace through a link")
            tar.add(workspace / path, arcname=path, filter=_anonymous)
        return sum(not member.isdir() for member in tar.getmembers())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return None
    if member.issym():
        _check_link(member)
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def _check_link(member: tarfile.TarInfo) -> None:
    """Refuse early what no consumer would be given: links that lead out of the workspace."""
    target = os.path.normpath(PurePosixPath(member.name).parent / member.linkname)
    if target.startswith(("/", "..")):
        raise OutputMissing(
            f"'{member.name}' is a link to '{member.linkname}', which is not in the workspace; "
            "an artifact has to stand on its own"
        )


def _checked(member: tarfile.TarInfo, name: str) -> tarfile.TarInfo:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts:
        raise OperatorError(f"artifact '{name}' has an entry outside the workspace: {member.name}")
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        raise OperatorError(f"artifact '{name}' has an entry that is no file: {member.name}")
    return member


def _link(path: Path, inputs: Path) -> None:
    is_own = path.name in _RESERVED or path.name.startswith("result_")
    if path.is_file() and path.parent != inputs and not is_own:
        with suppress(FileExistsError):
            os.link(path, inputs / path.name)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _key(run: str, artifact: Artifact, attempt: int, ending: str) -> str:
    name = f"{job_key(artifact.name)}.{ending}"
    return f"runs/{run}/jobs/{artifact.provider}/{attempt}/artifacts/{name}"
