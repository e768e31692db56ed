"""Which image a job's container is made from."""

from __future__ import annotations

from praktika.model.plan import Image, Plan, image_artifact
from praktika.model.reference import Reference
from praktika.model.task import Task


def image_of(plan: Plan, task: Task, image: str) -> str:
    """The image to run: one that the repository builds is run as it was built for this run.

    Of any other image, it is the content that is in the job's key: what a machine has kept under
    the same tag may be older, and its outcome would be taken for that of the newer one.

    Args:
        plan: says which images the repository builds, and what others were when it was made.
        task: says what was built.
        image: as the job names it.

    Raises:
        ValueError: it is not the name of an image.
    """
    asked = Reference.parse(image)
    declared = {Reference.parse(one.name).name: one for one in plan.images}.get(asked.name)
    if declared is None or not asked.is_bare:
        return _pinned(plan, task, image)
    digest = _built(task, declared.name) or declared.pinned
    if digest:
        return f"{declared.name}@{digest}"
    tag = tag_of(declared)
    return f"{declared.name}:{tag}" if tag else declared.name


def tag_of(image: Image) -> str:
    """The tag that a run uses for an image that the repository builds, or "" while it has none."""
    return image.known[0] if image.known else image.tag


def _pinned(plan: Plan, task: Task, image: str) -> str:
    """An image that the repository does not build, by its digest if that is known."""
    reference = Reference.parse(image)
    parts = next((job.parts for job in plan.jobs if job.key == task.job), {})
    digest = parts.get(image_artifact(image), "")
    return f"{reference.familiar_name}@{digest}" if digest else image


def _built(task: Task, image: str) -> str:
    """The digest of what a job of this run has built, or ""."""
    for stored in task.stored:
        if stored.name == image_artifact(image) and stored.sha256:
            return f"sha256:{stored.sha256}"
    return ""
