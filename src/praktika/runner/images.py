"""What jobs that build images are told, and what they tell: `images.json`, `images_built.json`."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from praktika.engine.choice.images import is_build
from praktika.model.plan import Image, Job, Plan, image_artifact
from praktika.model.reference import Reference
from praktika.model.wire import WireError, decode, pretty
from praktika.runner.artifacts import Record
from praktika.runner.container.docker import PROGRAM
from praktika.runner.environment import Setting
from praktika.runner.job_files import read_file, write_file
from praktika.sdk.images.order import BUILT_FILE, ORDER_FILE

_LIMIT = 1 << 20
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")


def write_order(setting: Setting, inherited: Mapping[str, str], private: Path) -> None:
    """Tell a job that builds images what to do; nothing for any other.

    Args:
        setting: describes the attempt.
        inherited: the environment that jobs get.
        private: a folder outside of the workspace, which is removed however the job ends.

    Raises:
        OSError: it cannot be written.
    """
    plan, job = setting.plan, setting.job
    if not is_build(job):
        return
    asked = job.parameter["build_images"]
    order = {
        "images": [_described(image) for image in plan.images],
        "platforms": asked["platforms"],
        "finishes": [image.name for image in plan.images if _artifact_of(image, job)],
        "moves_latest": asked["latest"],
        "is_local": setting.facts.local,
        "insecure": list(plan.settings.get("DOCKER_INSECURE_REGISTRIES") or ()),
        "secret": _secret(plan),
        "docker": inherited.get(PROGRAM) or "docker",
        "private": os.fspath(private),
    }
    write_file(setting.temp / ORDER_FILE, pretty(order))


def secrets_for(plan: Plan, job: Job) -> Sequence[tuple[str, str]]:
    """The secrets that a job may ask for: all declared ones, and a registry's for who builds."""
    secret = _secret(plan)
    is_asked = secret and is_build(job) and all(name != secret for name, _ in plan.secrets)
    return (*plan.secrets, (secret, "")) if is_asked else plan.secrets


def built(setting: Setting) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """The images that a job has made usable, and a sentence for each that it has not.

    Nobody but praktika's own jobs can: a plan has no other providers of images.
    """
    plan, job, task = setting.plan, setting.job, setting.task
    wanted = [image for image in plan.images if _artifact_of(image, job)]
    if not wanted or not is_build(job):
        return (), ()
    told = _read(setting.temp / BUILT_FILE)
    records, missing = [], []
    for image in wanted:
        digest = told.get(image.name)
        found = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
        if found or (digest == "" and setting.facts.local):
            sha256 = found[1] if found else ""
            name = image_artifact(image.name)
            records.append(Record(name=name, provider=job.key, attempt=task.attempt, sha256=sha256))
        else:
            missing.append(f"image '{image.name}' was not built")
    return tuple(records), tuple(missing)


def _described(image: Image) -> dict[str, Any]:
    place = Reference.parse(image.name)
    return {
        "name": image.name,
        "registry": place.registry,
        "repository": place.repository,
        "path": image.path,
        "platforms": image.platforms,
        "depends_on": image.depends_on,
        "tags": image.known,
        "is_main": image.known[:1] == (image.tag,),
    }


def _artifact_of(image: Image, job: Job) -> bool:
    return image_artifact(image.name) in job.provides


def _secret(plan: Plan) -> str:
    return str(plan.settings.get("SECRET_DOCKER_REGISTRY") or "")


def _read(path: Path) -> dict[str, Any]:
    try:
        return decode(read_file(path, _LIMIT), dict[str, Any])
    except (OSError, WireError):
        return {}
