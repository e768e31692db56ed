"""What a job's outcome depends on, and the digest that names all of it. Pure.

The key of a job is made of parts: its declaration, its files, its image, and the keys of the jobs
whose output it gets. Each part is a digest of its own, so that two keys can be compared and the
difference told. All digests are SHA-256 over framed values: no bytes can move from one value to
the next without changing it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from praktika.model.container import parse
from praktika.model.plan import Artifact, Footprint, Image, Job, Plan, image_artifact

FORMAT = "praktika key 1"

DECLARATION = "declaration"
FILES = "files"

_LEFT_OUT = frozenset(
    {
        "allow_failure",
        "always_run",
        "digest_config",
        "enable_commit_status",
        "force_success",
        "name",
        "requires",
        "retries",
        "run_after",
        "run_in_docker",
        "runs_on",
        "timeout",
    }
)
"""Fields of a declaration that do not change what the job does, or that have a part of their own.

Where it runs and for how long is about machines: a pool that is renamed, or a longer timeout, is
no reason to run a job again.
"""


def digest_of(values: Iterable[str]) -> str:
    """The SHA-256 of some texts, each framed by its length, in hexadecimal."""
    total = hashlib.sha256()
    for value in values:
        data = value.encode("utf-8", "surrogateescape")
        total.update(b"%d:" % len(data))
        total.update(data)
    return total.hexdigest()


def with_keys(
    plan: Plan,
    files: Mapping[Footprint, str],
    images: Mapping[str, str],
    version: object = 1,
) -> Plan:
    """The plan in which every job has its digest, as far as it can be known.

    Args:
        plan: with needs before dependents.
        files: the digest of the files of each footprint.
        images: of images that are not the repository's own, the digest of the manifest by
            reference; "" or absent if it is not known.
        version: of the cache, which authors raise to begin anew.
    """
    own = {image_artifact(image.name): image for image in plan.images}
    artifacts = {artifact.name: artifact for artifact in plan.artifacts}
    done: dict[str, Job] = {}
    for job in plan.jobs:
        done[job.key] = job
        parts = _parts(job, done, files, artifacts, own, images)
        if parts is not None:
            items = (text for item in sorted(parts.items()) for text in item)
            digest = digest_of((FORMAT, str(version), *items))
            done[job.key] = msgspec.structs.replace(job, digest=digest, parts=parts)
    return msgspec.structs.replace(plan, jobs=tuple(done.values()))


def declaration(job: Job, artifacts: Mapping[str, Artifact]) -> dict[str, Any]:
    """What the author wrote of a job, as far as its outcome depends on it, as plain data."""
    told = {name: value for name, value in job.config.items() if name not in _LEFT_OUT}
    told["name"] = job.name
    told["requires"] = sorted(
        (need.kind, *need.artifacts) if need.artifacts else (need.kind, need.job)
        for need in job.needs
        if need.kind != "order"
    )
    told["provides"] = [
        [name, artifacts[name].kind, *artifacts[name].paths]
        for name in job.provides
        if name in artifacts
    ]
    if job.run_in_docker:
        where = parse(job.run_in_docker).without_limits()
        told["run_in_docker"] = [where.image, where.is_root, *map(str, where.options)]
    return told


def _parts(
    job: Job,
    done: Mapping[str, Job],
    files: Mapping[Footprint, str],
    artifacts: Mapping[str, Artifact],
    own: Mapping[str, Image],
    images: Mapping[str, str],
) -> dict[str, str] | None:
    """The parts of the job's key, or None if one of them cannot be known."""
    if job.footprint is None:
        return None
    text = json.dumps(declaration(job, artifacts), sort_keys=True)
    parts = {DECLARATION: digest_of([text]), FILES: files[job.footprint]}
    built = [name for need in job.needs for name in need.artifacts if name in own]
    for name in built:
        parts[name] = own[name].tag
    if job.run_in_docker and not built:
        image = parse(job.run_in_docker).image
        parts[image_artifact(image)] = images.get(image, "")
    for need in job.needs:
        if need.kind != "order" and not set(need.artifacts) & own.keys():
            provider = done[need.job]
            parts[f"job {provider.name}"] = provider.digest
    return parts if all(parts.values()) else None


def unknown(job: Job, plan: Plan) -> str:
    """Why a job has no digest, in words; "" if it has one."""
    if job.digest:
        return ""
    if job.footprint is None:
        return "it has no digest_config"
    by_key = {one.key: one for one in plan.jobs}
    own = {image_artifact(image.name) for image in plan.images}
    for need in job.needs:
        provider = by_key[need.job]
        is_image = bool(set(need.artifacts) & own)
        if need.kind != "order" and not is_image and not provider.digest:
            return f"it needs '{provider.name}', which has no key"
    if job.run_in_docker:
        image = parse(job.run_in_docker).image
        return f"it is not known what the image '{image}' is"
    return "its files are not known"
