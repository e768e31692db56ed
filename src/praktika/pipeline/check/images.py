"""Declared images, and those that jobs ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from praktika.model.reference import Reference
from praktika.pipeline import codes
from praktika.pipeline.check.graph import check_cycles, sort
from praktika.pipeline.check.paths import listed, real_inside
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.docker import DockerConfig
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.finding import Finding, warning
from praktika.pipeline.suggest import did_you_mean

_PLATFORM = re.compile(r"[a-z0-9]+/[a-z0-9_]+(/[a-z0-9]+)?")


def order_of(dockers: Sequence[DockerConfig]) -> list[int]:
    """The numbers of images, each behind those that it depends on."""
    return sort(_waits(dockers))


def check_dockers(dockers: Sequence[DockerConfig], root: str) -> Iterator[Finding]:
    """Images with a wrong name, path or platform, and those that others depend on and cannot.

    Args:
        dockers: as declared.
        root: of the repository.
    """
    named = {docker.name: docker for docker in dockers}
    for docker in dockers:
        yield from _check_name(docker)
        if real_inside(root, docker.path) is None:
            text = (
                f"The path '{shown(docker.path)}' of {called(docker)} leads out of the repository."
            )
            hint = "Write it relative to the repository's root."
            yield Finding(place_of(docker, "path"), codes.OUTSIDE_PATH, text, hint)
        yield from _check_platforms(docker)
        for name in docker.depends_on:
            yield from _check_dependency(docker, name, named)
    yield from check_cycles(dockers, _waits(dockers), "depends_on")


def check_images(workflow: WorkflowConfig) -> Iterator[Finding]:
    """Jobs whose image is a slip of the finger away from a declared one."""
    names = {docker.name for docker in workflow.dockers}
    for job in workflow.jobs:
        text = job.run_in_docker.partition("+")[0].strip()
        if not names or not text or text in names or ":" in text or "@" in text:
            continue
        hint = did_you_mean(text, names)
        if hint:
            said = f"{called(job)} runs in '{shown(text)}', which is not declared here."
            yield warning(place_of(job, "run_in_docker"), codes.UNKNOWN_DOCKER, said, hint)


def _waits(dockers: Sequence[DockerConfig]) -> list[dict[int, None]]:
    number = {docker.name: index for index, docker in enumerate(dockers)}
    return [
        {number[name]: None for name in docker.depends_on if name in number} for docker in dockers
    ]


def _check_name(docker: DockerConfig) -> Iterator[Finding]:
    if not docker.name:
        return  # that it has none is said elsewhere
    place = place_of(docker, "name")
    try:
        reference = Reference.parse(docker.name)
    except ValueError as error:
        yield Finding(place, codes.BAD_NAME, f"{called(docker)}: {error}.")
        return
    if not reference.is_bare:
        text = f"The name of {called(docker)} has a tag or digest."
        hint = "Leave it out: the tag follows from the content."
        yield Finding(place, codes.BAD_NAME, text, hint)


def _check_platforms(docker: DockerConfig) -> Iterator[Finding]:
    place = place_of(docker, "platforms")
    platforms = listed(docker.platforms)
    if not platforms:
        text = f"{called(docker)} is built for no platform."
        yield Finding(place, codes.MISSING_FIELD, text, "Add platforms=Docker.Platforms.AMD.")
    for name in platforms:
        if not _PLATFORM.fullmatch(name):
            text = f"'{shown(name)}', a platform of {called(docker)}, is none."
            yield Finding(place, codes.WRONG_VALUE, text, "Write it like linux/amd64.")


def _check_dependency(
    docker: DockerConfig, name: str, named: dict[str, DockerConfig]
) -> Iterator[Finding]:
    place = place_of(docker, "depends_on")
    if name not in named:
        text = f"{called(docker)} depends on '{shown(name)}', which is not declared here."
        yield Finding(place, codes.UNKNOWN_DOCKER, text, did_you_mean(name, named))
        return
    missing = set(listed(docker.platforms)).difference(listed(named[name].platforms))
    if missing:
        text = (
            f"{called(docker)} depends on '{shown(name)}', which is not built for "
            f"{shown(', '.join(sorted(missing)))}."
        )
        yield Finding(place, codes.WRONG_VALUE, text, f"Add it to the platforms of '{name}'.")
