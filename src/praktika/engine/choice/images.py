"""Images of a repository: what names their content, which tags count, what need not be built.

A tag is made of everything that an image's content depends on, so it never has to move, and an
image is built when its tag is not there. Whoever can push a tag decides what it holds. So the tags
that the main branch writes are the bare ones, and everybody else writes under a name of its own: a
run of the main branch never looks at those.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from msgspec import structs

from praktika.model.plan import Image, Job, Origin, Plan, Stored, image_artifact

MAIN = ""
"""The scope of the main branch."""

EVERY_IMAGE = "every image is in the registry"

_FORMAT = "1"
_TAG_LENGTH = 40
_SLUG_LENGTH = 40
_SCOPE_LENGTH = 16


def tag_of(image: Image, files: str, tags: Mapping[str, str]) -> str:
    """The tag that names an image's content: 40 hexadecimal digits.

    Args:
        image: as declared.
        files: a digest of the files in its folder: their paths, modes and contents.
        tags: those of the images that it depends on, by name.

    Raises:
        KeyError: the tag of one of them is not given.
    """
    platforms = sorted(set(image.platforms))
    dependencies = sorted(set(image.depends_on))
    parts = [_FORMAT, image.name, image.path, files, str(len(platforms)), *platforms]
    for name in dependencies:
        parts += (name, tags[name])
    framed = "".join(f"{len(part)}:{part}," for part in parts)
    digest = hashlib.sha256(framed.encode("utf-8", "surrogatepass")).hexdigest()
    return digest[:_TAG_LENGTH]


def scoped_tag(scope: str, tag: str) -> str:
    """The tag under which a scope stores what `tag` names.

    Scopes that differ in any way never share one, and none has one of the main branch's.

    Args:
        scope: who stores it, such as "pull-request/7"; `MAIN` is the main branch.
        tag: see `tag_of`.
    """
    if scope == MAIN:
        return tag
    slug = re.sub(r"[^a-z0-9]+", "-", scope.lower()).strip("-")[:_SLUG_LENGTH].rstrip("-")
    digest = hashlib.sha256(scope.encode("utf-8", "surrogatepass")).hexdigest()[:_SCOPE_LENGTH]
    return "-".join(part for part in (slug, digest, tag) if part)


def tagged(
    images: Iterable[Image], files: Mapping[str, str], *, write: str, reads: Iterable[str]
) -> tuple[Image, ...]:
    """The images with their tags, and the tags that a run may use.

    An image of which the content is not known, or that of one it depends on, keeps the tag "".

    Args:
        images: in the order of their dependencies.
        files: a digest of the files of each image's folder, by the image's name.
        write: the scope of the run.
        reads: other scopes whose images it may use, the preferred one first.
    """
    scopes = tuple(dict.fromkeys((write, *reads)))
    tags: dict[str, str] = {}
    done = []
    for image in images:
        if files.get(image.name) and all(name in tags for name in image.depends_on):
            tag = tags[image.name] = tag_of(image, files[image.name], tags)
            known = tuple(scoped_tag(scope, tag) for scope in scopes)
            done.append(structs.replace(image, tag=tag, known=known, pinned=""))
        else:
            done.append(structs.replace(image, tag="", known=(), pinned=""))
    return tuple(done)


def decide_builds(plan: Plan) -> Plan:
    """The plan in which builds of images that are all in the registry are not run.

    A build that has more to do than its images, such as moving "latest", stays.
    """
    images = {image_artifact(image.name): image for image in plan.images}
    if not images:
        return plan
    return structs.replace(plan, jobs=tuple(_decided(job, images) for job in plan.jobs))


def is_build(job: Job) -> bool:
    """Whether this is one of the jobs that praktika adds to build images."""
    return isinstance(job.parameter, dict) and "build_images" in job.parameter


def concerned(job: Job, images: Iterable[Image]) -> list[Image]:
    """The images that a job which builds some has something to do for."""
    own = set(job.parameter["build_images"].get("platforms", ()))
    return [
        image
        for image in images
        if image_artifact(image.name) in job.provides or own.intersection(image.platforms)
    ]


def without_images(plan: Plan) -> Plan:
    """The plan for a run without containers: nothing waits for images, and none is built."""
    builds = {job.key for job in plan.jobs if is_build(job)}
    names = {image_artifact(image.name) for image in plan.images}
    jobs = tuple(
        structs.replace(
            job,
            run_in_docker="",
            needs=tuple(need for need in job.needs if need.job not in builds),
            requires=tuple(name for name in job.requires if name not in names),
        )
        for job in plan.jobs
        if job.key not in builds
    )
    artifacts = tuple(each for each in plan.artifacts if each.name not in names)
    return structs.replace(plan, jobs=jobs, images=(), artifacts=artifacts)


def _decided(job: Job, images: Mapping[str, Image]) -> Job:
    if job.decision != "run" or not is_build(job):
        return job
    mine = concerned(job, images.values())
    is_main = any(image.known == (image.tag,) for image in mine)
    moves_latest = job.parameter["build_images"].get("latest") and is_main
    if moves_latest or not all(image.pinned for image in mine):
        return job
    stored = tuple(
        Stored(name=name, sha256=images[name].pinned.removeprefix("sha256:"))
        for name in job.provides
    )
    origin = Origin(run="", attempt=0, at=0, stored=stored)
    return structs.replace(job, decision="reuse", reason=EVERY_IMAGE, origin=origin)
