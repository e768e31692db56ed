"""Building one image for one platform, on exactly those images that it is to start from.

`FROM name` means whatever the local engine calls `name:latest`. So for as long as a build takes,
that is the content which this run uses, and the name means afterwards what it meant before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from praktika.sdk.images.engine import Engine, EngineFailed
from praktika.sdk.images.index import part_of
from praktika.sdk.images.order import Image, Order
from praktika.sdk.images.store import Store
from praktika.sdk.names import file_stem

_FROM_TAG = re.compile(rb"^\s*ARG\s+FROM_TAG\b", re.IGNORECASE | re.MULTILINE)


class Workshop:
    """Builds images, and knows where those are that others start from.

    Args:
        order: what the job is to do.
        store: where images come from.
        engine: that builds.
        logs: a folder for what builds print.
    """

    def __init__(self, order: Order, store: Store, engine: Engine, logs: Path) -> None:
        self._images = {image.name: image for image in order.images}
        self._store = store
        self._engine = engine
        self._logs = logs
        self._stored: dict[str, str] = {}
        self._parts: dict[tuple[str, str], str] = {}

    def log_of(self, image: Image) -> Path:
        """The file with what its builds print."""
        return self._logs / f"{file_stem(f'image {image.name}')}.log"

    def know(self, image: Image, digest: str) -> None:
        """Start from this where an image is needed."""
        self._stored[image.name] = digest

    def know_part(self, image: Image, platform: str, reference: str) -> None:
        """Start from this, in the registry or local, where an image is needed on a platform."""
        self._parts[image.name, platform] = reference

    def build(self, image: Image, platform: str, tag: str) -> str:
        """Build an image under a tag; its reference on the local engine.

        Raises:
            BuildFailed, EngineFailed, RegistryFailed: see each.
        """
        reference = f"{image.name}:{tag}"
        log = self.log_of(image)
        with ExitStack() as stack:
            if image.depends_on:
                stack.enter_context(self._engine.alone())
            for name in image.depends_on:
                stack.enter_context(self._lent(self._images[name], platform, log))
            self._engine.build(image.path, platform, reference, _options(image), log)
        self.know_part(image, platform, reference)
        return reference

    @contextmanager
    def _lent(self, image: Image, platform: str, log: Path) -> Iterator[None]:
        """The plain name of an image means the content of this run, during the block."""
        source = self._source(image, platform, log)
        plain = f"{image.name}:latest"
        before = self._engine.identity(plain)
        self._engine.tag(source, plain)
        lent = self._engine.identity(plain)
        try:
            yield
            if self._engine.identity(plain) != lent:
                raise EngineFailed(f"somebody else has changed {plain} on this machine meanwhile")
        finally:
            if before:
                self._engine.tag(before, plain)
            else:
                self._engine.untag(plain)

    def _source(self, image: Image, platform: str, log: Path) -> str:
        """A local reference to what an image is on a platform."""
        part = self._parts.get((image.name, platform), "")
        if not part:
            digest = self._stored.get(image.name, "")
            if not digest:
                raise EngineFailed(f"{image.name} is neither built nor in its registry")
            # Not the list of all platforms: an engine keeps one of them under its digest.
            own = part_of(self._store.manifest(image, digest), platform)
            part = f"{image.name}@{own}"
        if "@" in part and not self._engine.identity(part):
            self._engine.pull(part, platform, log)
        return part


def _options(image: Image) -> list[str]:
    """Older Dockerfiles take the tag of what they start from as an argument."""
    try:
        text = Path(image.path, "Dockerfile").read_bytes()
    except OSError:
        return []
    takes_tag = image.depends_on and _FROM_TAG.search(text)
    return ["--build-arg", "FROM_TAG=latest"] if takes_tag else []
