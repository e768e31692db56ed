"""Docker: images that a repository builds for its jobs."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from praktika.pipeline.declare.declared import Declared, fresh


class DockerPlatforms:
    """What an image is built for."""

    ARM = "linux/arm64"
    AMD = "linux/amd64"
    arm_amd: ClassVar[list[str]] = [ARM, AMD]


class DockerConfig(Declared):
    """A declared image: the folder of its Dockerfile, and the images that it starts from."""

    Platforms = DockerPlatforms

    KIND: ClassVar[str] = "Docker"

    name: str
    path: str
    depends_on: list[str] = fresh(factory=list)
    platforms: str | list[str] = fresh(factory=lambda: list(DockerPlatforms.arm_amd))


class DockerNames:
    """`Docker.Config`, as a type."""

    Config: TypeAlias = DockerConfig


class Docker(DockerNames, DockerConfig):
    """A declared image; `Docker(...)` and `Docker.Config(...)` are the same."""
