"""Artifact: files that one job leaves for others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, TypeAlias

from praktika.pipeline.declare.declared import Declared, fresh


class ArtifactType:
    """Where an artifact is kept. On one machine all but PHONY are kept in praktika's own store."""

    GH = "github"
    S3 = "s3"
    PHONY = "phony"


class ArtifactConfig(Declared):
    """A declared artifact; PHONY is a name only, without files.

    Attributes:
        path: files, folders or globs, relative to the repository's root.
        compress_zst: accepted, and changes nothing: every artifact is stored compressed.
        optional: the job may leave nothing; consumers start without it.
        expire_days: days after which it is not used any more; 0 means never.
        publish: folder of the branch `gh-pages` in which its files are to be seen, after a push
            to the default branch has ended well.
    """

    Type = ArtifactType

    KIND: ClassVar[str] = "Artifact"

    name: str
    type: str = ArtifactType.S3
    path: str | list[str] = ""
    compress_zst: bool = False
    optional: bool = False
    expire_days: float = 0
    publish: str = ""
    ext: dict[str, Any] = fresh(factory=dict)

    def parametrize(self, names: Iterable[str]) -> list[ArtifactConfig]:
        """Copies of it, one for each name."""
        return [self._with(name=name) for name in names]

    def add_tags(self, tags: dict[str, str]) -> ArtifactConfig:
        """A copy whose stored files carry these tags as well."""
        merged = {**self.ext.get("tags", {}), **tags}
        return self._with(ext={**self.ext, "tags": merged})

    def is_s3_artifact(self) -> bool:
        """Whether it is kept in S3."""
        return self.type == ArtifactType.S3


class ArtifactNames:
    """`Artifact.Config`, as a type."""

    Config: TypeAlias = ArtifactConfig


class Artifact(ArtifactNames, ArtifactConfig):
    """A declared artifact; `Artifact(...)` and `Artifact.Config(...)` are the same."""
