"""Asking registries which images are there, while a run is planned."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from msgspec import structs

from praktika.errors import Absent, PraktikaError
from praktika.model.plan import Image
from praktika.ports.registry import Registry

_THREADS = 16


def resolve(
    images: Iterable[Image], registry: Registry
) -> tuple[tuple[Image, ...], tuple[str, ...]]:
    """The images with the digests of those that are there, and a sentence for each that is unsure.

    An image that could not be asked for is not pinned: whoever builds it asks again. Nothing that
    a registry does is raised.

    Args:
        images: with the tags that may be used.
        registry: where their names lead.
    """
    every = tuple(images)
    if not any(image.known for image in every):
        return every, ()
    with ThreadPoolExecutor(min(_THREADS, len(every)), "registry") as pool:
        answers = list(pool.map(partial(_pin, registry), every))
    notes = dict.fromkeys(note for _, note in answers if note)
    return tuple(image for image, _ in answers), tuple(notes)


def external_digest(reference: str, registry: Registry) -> str | None:
    """`sha256:…` of what an image that is not declared holds now, or None if that is not known."""
    try:
        return registry.digest(reference)
    except PraktikaError:
        return None


def _pin(registry: Registry, image: Image) -> tuple[Image, str]:
    note = ""
    for tag in image.known:
        try:
            return structs.replace(image, pinned=registry.digest(f"{image.name}:{tag}")), ""
        except Absent:
            continue
        except PraktikaError as error:
            note = note or f"whether image '{image.name}' is there is not known: {error}"
    return image, note
