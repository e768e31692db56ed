"""A registry: where images are, and under which tags."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Manifest(NamedTuple):
    """What a registry has under a tag or digest.

    Attributes:
        media_type: what it is: of one image, or an index of several.
        data: its bytes.
        digest: `sha256:…` of the bytes.
    """

    media_type: str
    data: bytes
    digest: str


class Registry(Protocol):
    """Manifests of images, by reference: `[registry/]repository[:tag][@digest]` as Docker reads it.

    Concurrency: any number of threads and processes. A tag moves as a whole; of several that put
    one under it at once, one wins. An outage is never taken for an answer: what did not answer is
    neither there nor absent.
    """

    def digest(self, reference: str) -> str:
        """`sha256:…` of the manifest that a reference names.

        Raises:
            Absent: the registry says that there is none.
            Denied: we may not see it.
            TransientError: the registry did not answer, or not well.
            OperatorError: it cannot be asked at all.
        """

    def manifest(self, reference: str) -> Manifest:
        """The manifest that a reference names; errors as those of `digest`."""

    def put_manifest(self, reference: str, media_type: str, data: bytes) -> str:
        """Put a manifest under a tag, replacing what it named; its digest.

        What the manifest refers to has to be in the repository already.

        Raises:
            Denied, TransientError, OperatorError: as those of `digest`.
        """
