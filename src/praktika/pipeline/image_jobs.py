"""The jobs that praktika itself adds to a workflow that builds images.

"Dockers Build (amd)" builds, or where arm has runners of its own, that one and "Dockers Build
(arm)"; images of which both built a part are put together by "Dockers Build (multiplatform
manifest)". Who makes an image usable provides an artifact that stands for it. Their names are
settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from praktika.model.plan import Image, image_artifact
from praktika.model.reference import Reference
from praktika.pipeline.check.paths import listed, real_inside
from praktika.pipeline.declare.artifact import ArtifactConfig
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.docker import DockerConfig
from praktika.pipeline.declare.job import JobConfig
from praktika.pipeline.declare.workflow import WorkflowConfig
from praktika.pipeline.hooks import native_job

IMAGE = "image"
"""The kind of artifact that stands for an image."""

_TIMEOUT = 5.5 * 3600
_ARM = "linux/arm"


class Builds(NamedTuple):
    """What a workflow has to do for its images.

    Attributes:
        jobs: that build them; one that merges comes last.
        merges: whether the last one waits for the others and merges what they built.
        artifacts: one for each image.
    """

    jobs: Sequence[JobConfig] = ()
    merges: bool = False
    artifacts: Sequence[ArtifactConfig] = ()


def image_builds(workflow: WorkflowConfig, settings: Mapping[str, Any]) -> Builds:
    """The jobs that build a workflow's images."""
    if workflow.disable_dockers_build or not workflow.dockers:
        return Builds()
    every = {name: None for docker in workflow.dockers for name in platforms_of(docker)}
    arm = [name for name in every if name.startswith(_ARM)]
    others = [name for name in every if name not in arm]
    arm_runs_on = settings["DOCKER_BUILD_ARM_RUNS_ON"]
    is_split = bool(arm_runs_on) and not settings["ENABLE_MULTIPLATFORM_DOCKER_IN_ONE_JOB"]
    make = _Maker(workflow, settings)
    if not is_split or not arm:
        amd_runs_on = settings["DOCKER_BUILD_AMD_RUNS_ON"]
        job = make("DOCKER_BUILD_AMD_LINUX_JOB_NAME", amd_runs_on, list(every), workflow.dockers)
        return Builds([job], merges=False, artifacts=make.artifacts)
    by_job = {"arm": arm, "amd": others}
    own = {
        kind: [docker for docker in workflow.dockers if set(platforms_of(docker)) <= set(share)]
        for kind, share in by_job.items()
    }
    jobs = []
    if others:
        amd_runs_on = settings["DOCKER_BUILD_AMD_RUNS_ON"]
        jobs.append(make("DOCKER_BUILD_AMD_LINUX_JOB_NAME", amd_runs_on, others, own["amd"]))
    jobs.append(make("DOCKER_BUILD_ARM_LINUX_JOB_NAME", arm_runs_on, arm, own["arm"]))
    mixed = [docker for docker in workflow.dockers if docker not in own["amd"] + own["arm"]]
    if mixed:
        merge_runs_on = settings["DOCKER_MERGE_RUNS_ON"]
        jobs.append(make("DOCKER_BUILD_MANIFEST_JOB_NAME", merge_runs_on, [], mixed))
    return Builds(jobs, merges=bool(mixed), artifacts=make.artifacts)


def images_of(dockers: Sequence[DockerConfig], order: Iterable[int], root: str) -> list[Image]:
    """The images of a plan.

    Args:
        dockers: as declared.
        order: their numbers, each behind those that it depends on.
        root: of the repository.
    """
    return [
        Image(
            name=docker.name,
            path=real_inside(root, docker.path) or docker.path,
            platforms=platforms_of(docker),
            depends_on=tuple(dict.fromkeys(docker.depends_on)),
        )
        for docker in (dockers[number] for number in order)
    ]


def platforms_of(docker: DockerConfig) -> tuple[str, ...]:
    """What an image is built for, each platform once."""
    return tuple(dict.fromkeys(listed(docker.platforms)))


def asked_image(job: JobConfig) -> str:
    """The image that a job is to run in, as it is written, or ""."""
    return job.run_in_docker.partition("+")[0].strip()


def declared_image(text: str, names: Mapping[str, str]) -> str:
    """The declared name of the image that a text without tag and digest names, or "".

    Args:
        text: as it is written.
        names: declared names, by the same in full; see `full_names`.
    """
    try:
        reference = Reference.parse(text)
    except ValueError:
        return ""
    return names.get(reference.name, "") if reference.is_bare else ""


def full_names(dockers: Iterable[DockerConfig]) -> dict[str, str]:
    """The declared names, by registry and repository in full."""
    found = {}
    for docker in dockers:
        try:
            found[Reference.parse(docker.name).name] = docker.name
        except ValueError:
            continue
    return found


class _Maker:
    """Makes the jobs of one workflow, and the artifacts that they provide."""

    def __init__(self, workflow: WorkflowConfig, settings: Mapping[str, Any]) -> None:
        self._workflow = workflow
        self._settings = settings
        self.artifacts: list[ArtifactConfig] = []

    def __call__(
        self,
        setting: str,
        runs_on: str | list[str] | None,
        platforms: list[str],
        finishes: Sequence[DockerConfig],
    ) -> JobConfig:
        place = place_of(self._workflow, "dockers")
        name = str(self._settings[setting])
        job = native_job(name, self._workflow, self._settings, place, runs_on)
        job.timeout = _TIMEOUT
        job.provides = [image_artifact(docker.name) for docker in finishes]
        latest = self._workflow.set_latest_for_docker_merged_manifest
        job.parameter = {"build_images": {"platforms": platforms, "latest": latest}}
        for docker in finishes:
            artifact = ArtifactConfig(name=image_artifact(docker.name), type=IMAGE)
            artifact.__dict__["_where"] = place_of(docker)
            self.artifacts.append(artifact)
        return job
