"""A registry in memory."""

from __future__ import annotations

import hashlib
import threading

from praktika.errors import Absent, OperatorError, PraktikaError
from praktika.model.reference import Reference
from praktika.ports.registry import Manifest


class MemoryRegistry:
    """A `Registry` of every name.

    Attributes:
        failure: raised instead of every answer, if it is set.
        asked: the references that were asked for, in order.
    """

    def __init__(self) -> None:
        self.failure: PraktikaError | None = None
        self.asked: list[str] = []
        self._manifests: dict[tuple[str, str], Manifest] = {}
        self._tags: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def digest(self, reference: str) -> str:
        """The digest of a manifest; see the port."""
        return self.manifest(reference).digest

    def manifest(self, reference: str) -> Manifest:
        """A manifest; see the port."""
        place = self._place(reference)
        with self._lock:
            digest = place.digest or self._tags.get((place.name, place.manifest), "")
            found = self._manifests.get((place.name, digest))
        if found is None:
            raise Absent(f"there is no image {place.familiar}")
        return found

    def put_manifest(self, reference: str, media_type: str, data: bytes) -> str:
        """Put a manifest under a tag; see the port."""
        place = self._place(reference)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if place.digest not in {"", digest}:
            raise OperatorError(f"the manifest is not {place.digest}")
        with self._lock:
            self._manifests[place.name, digest] = Manifest(media_type, data, digest)
            if not place.digest:
                self._tags[place.name, place.manifest] = digest
        return digest

    def _place(self, reference: str) -> Reference:
        self.asked.append(reference)
        if self.failure is not None:
            raise self.failure
        try:
            return Reference.parse(reference)
        except ValueError as error:
            raise OperatorError(str(error)) from error
