"""Names of images, read as Docker reads them.

`[registry[:port]/]repository[:tag][@digest]`: the first part is a registry only if it has a "." or
a ":", or is "localhost"; otherwise all of it names a repository of Docker Hub.
"""

from __future__ import annotations

import re

import msgspec

HUB = "docker.io"
"""The registry of names that have none."""

_LATEST = "latest"
_OFFICIAL = "library/"

_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?:(?P<registry>{_HOST})/)?"
    rf"(?P<repository>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}))?"
)
_IMAGE_ID = re.compile(r"[0-9a-f]{64}")


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image, or rather where it is.

    Attributes:
        registry: host and port.
        repository: in the registry; one of Docker Hub's own starts with "library/".
        tag: as written, or "".
        digest: of the manifest, as written ("sha256:…"), or "".
    """

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> Reference:
        """What the text means to Docker.

        Raises:
            ValueError: it means nothing; the error says why.
        """
        first, slash, _ = text.partition("/")
        has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
        found = _REFERENCE.fullmatch(text if has_registry else f"{HUB}/{text}")
        if found is None or _IMAGE_ID.fullmatch(text):
            raise ValueError(f"`{text}` is not the name of an image{_hint(text)}")
        registry = found["registry"]
        repository = found["repository"]
        if registry == f"index.{HUB}":
            registry = HUB
        if registry == HUB and "/" not in repository:
            repository = _OFFICIAL + repository
        return cls(
            registry=registry,
            repository=repository,
            tag=found["tag"] or "",
            digest=found["digest"] or "",
        )

    def __str__(self) -> str:
        """The reference in full: with its registry, and the tag and digest that were written."""
        return f"{self.name}{self._end}"

    @property
    def name(self) -> str:
        """Registry and repository."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar(self) -> str:
        """The reference as people write it: without what Docker adds by itself."""
        return f"{self.familiar_name}{self._end}"

    @property
    def familiar_name(self) -> str:
        """The name as people write it, without tag and digest."""
        if self.registry != HUB:
            return self.name
        own = self.repository.removeprefix(_OFFICIAL)
        return own if "/" not in own else self.repository

    @property
    def manifest(self) -> str:
        """What a registry is asked for: the digest, or else the tag, "latest" if none is given."""
        return self.digest or self.tag or _LATEST

    @property
    def is_bare(self) -> bool:
        """Whether neither a tag nor a digest was written."""
        return not self.tag and not self.digest

    @property
    def _end(self) -> str:
        return (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def _hint(text: str) -> str:
    if not text:
        return ": it is empty"
    if text != text.lower() and "://" not in text:
        return ": names of repositories are in lower case"
    if "://" in text:
        return ": write it without `https://`"
    return ""
