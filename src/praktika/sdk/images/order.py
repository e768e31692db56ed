"""What a job that builds images is to do: `TEMP_DIR/images.json`, which the runner writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

from praktika.sdk.files import read_json

ORDER_FILE = "images.json"
BUILT_FILE = "images_built.json"


@dataclass(frozen=True, slots=True)
class Image:
    """A declared image.

    Attributes:
        name: as declared.
        registry: where it is.
        repository: its name there.
        path: folder of its Dockerfile.
        platforms: that it is built for.
        depends_on: names of images that it starts from.
        tags: under which its content may be found; it is stored under the first one.
        is_main: whether that tag is one of the main branch's.
    """

    name: str
    registry: str
    repository: str
    path: str
    platforms: tuple[str, ...]
    depends_on: tuple[str, ...]
    tags: tuple[str, ...]
    is_main: bool

    @property
    def tag(self) -> str:
        """The one that it is stored under."""
        return self.tags[0]

    def part_tag(self, platform: str) -> str:
        """The tag of what it is on one platform."""
        if len(self.platforms) == 1:
            return self.tag
        suffix = platform.removeprefix("linux/").replace("/", "-")
        return f"{self.tag}-{suffix}"


@dataclass(frozen=True, slots=True)
class Order:
    """The whole of it.

    Attributes:
        images: all of the workflow, each behind those that it depends on.
        platforms: that this job builds for.
        finishes: names of the images that are usable when this job is done.
        moves_latest: whether "latest" is to name them, too.
        is_local: whether nothing is pushed.
        insecure: registries that are asked without encryption.
        secret: name of the registry's credentials, or "".
        docker: the program.
        private: a folder for credentials, or "": no build sees it, and it does not outlive the job.
    """

    images: tuple[Image, ...]
    platforms: tuple[str, ...]
    finishes: frozenset[str]
    moves_latest: bool = False
    is_local: bool = False
    insecure: tuple[str, ...] = ()
    secret: str = ""
    docker: str = "docker"
    private: str = ""

    @classmethod
    def read(cls, path: str) -> Self:
        """The order in a file.

        Raises:
            OSError: there is none.
            ValueError: it is no order.
        """
        try:
            return cls._of(read_json(path))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is not what a runner writes: {error!r}") from error

    @classmethod
    def _of(cls, document: Any) -> Self:
        images = [_image(image) for image in document["images"]]
        rest = {key: it for key, it in document.items() if key != "images"}
        for key in ("platforms", "insecure"):
            rest[key] = tuple(rest[key])
        rest["finishes"] = frozenset(rest["finishes"])
        return cls(images=tuple(images), **rest)


def _image(document: dict[str, Any]) -> Image:
    lists = {key: tuple(document[key]) for key in ("platforms", "depends_on", "tags")}
    return Image(**{**document, **lists})
