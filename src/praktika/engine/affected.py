"""Which jobs the changed files concern. Pure.

A job is affected by a change to one of its files, to the image that it runs in, or to a job whose
output it gets; not by one that merely has to come earlier. A job that does not say which files it
depends on is affected by anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from praktika.engine.footprint import Rules
from praktika.model.plan import Footprint, Job, Need, Plan, image_artifact

_SHOWN = 3

UNAFFECTED = "not affected by the changed files"


def affected(plan: Plan, changed: Sequence[str], submodules: Iterable[str] = ()) -> dict[str, str]:
    """The jobs that the changed files concern, by key, each with the reason.

    Args:
        plan: with needs before dependents.
        changed: paths relative to the root; both names of a file that was renamed.
        submodules: paths of the repository's submodules.
    """
    links = tuple(submodules)
    images = _changed_images(plan, changed, links)
    reasons: dict[str, str] = {}
    for job in plan.jobs:
        if any(artifact in _image_artifacts(plan) for artifact in job.provides):
            reason = next((images[name] for name in job.provides if name in images), "")
        elif job.footprint is None:
            reason = "runs on every change: it has no digest_config"
        else:
            reason = _by_files(job.footprint, changed, links)
        reason = reason or _by_needs(job, plan, reasons, images)
        if reason:
            reasons[job.key] = reason
    return reasons


def _by_files(footprint: Footprint, changed: Sequence[str], submodules: tuple[str, ...]) -> str:
    rules = Rules(footprint, submodules)
    return told(path for path in changed if rules.covers(path))


def _by_needs(job: Job, plan: Plan, reasons: dict[str, str], images: dict[str, str]) -> str:
    own = _image_artifacts(plan)
    for need in job.needs:
        if need.kind == "order":
            continue
        used = [name for name in need.artifacts if name in own]
        reason = next((f"its image: {images[name]}" for name in used if name in images), "")
        if reason:
            return reason
        if len(used) < max(1, len(need.artifacts)) and need.job in reasons:
            return f"needs {_what(need, plan)}, which is affected"
    return ""


def _what(need: Need, plan: Plan) -> str:
    name = next(job.name for job in plan.jobs if job.key == need.job)
    return f"'{name}'"


def _changed_images(
    plan: Plan, changed: Sequence[str], submodules: tuple[str, ...]
) -> dict[str, str]:
    """By name of its artifact, why an image is another one now; dependencies come first."""
    found: dict[str, str] = {}
    for image in plan.images:
        footprint = Footprint(include=(image.path,))
        reason = _by_files(footprint, changed, submodules)
        for name in image.depends_on:
            reason = reason or found.get(image_artifact(name), "")
        if reason:
            found[image_artifact(image.name)] = reason
    return found


def _image_artifacts(plan: Plan) -> frozenset[str]:
    return frozenset(image_artifact(image.name) for image in plan.images)


def told(paths: Iterable[str]) -> str:
    """`changed: a, b and 3 more`, or "" if there are none."""
    every = list(paths)
    return f"changed: {listed(every)}" if every else ""


def listed(paths: Sequence[str]) -> str:
    """The first of some paths, and how many more there are."""
    shown = ", ".join(paths[:_SHOWN])
    return shown + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")
