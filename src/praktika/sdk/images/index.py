"""One manifest for an image of several platforms: a list of what it is on each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from praktika.sdk.registry.client import INDEXES, SINGLES, Manifest
from praktika.sdk.registry.errors import RegistryFailed

_OCI_INDEX, _DOCKER_LIST = INDEXES
_DOCKER = {SINGLES[1], _DOCKER_LIST}


def index_of(parts: Iterable[tuple[str, Manifest]]) -> tuple[str, bytes]:
    """Media type and bytes of the manifest that lists these, the same for the same parts.

    Args:
        parts: platforms, and the manifest of each.

    Raises:
        RegistryFailed: one of them is no manifest.
    """
    found = sorted(parts)
    is_docker = all(part.media_type in _DOCKER for _, part in found)
    media_type = _DOCKER_LIST if is_docker else _OCI_INDEX
    entries = [entry for platform, part in found for entry in _entries(platform, part)]
    content = {"schemaVersion": 2, "mediaType": media_type, "manifests": entries}
    return media_type, json.dumps(content, indent=2).encode()


def part_of(manifest: Manifest, platform: str) -> str:
    """The digest of what an image is on a platform; its own where it lists none.

    Raises:
        RegistryFailed: it lists others only.
    """
    if manifest.media_type not in INDEXES:
        return manifest.digest
    for entry in _entries(platform, manifest):
        return str(entry.get("digest", ""))
    raise RegistryFailed(f"{manifest.digest} has nothing for {platform}")


def _entries(platform: str, part: Manifest) -> Iterator[dict[str, Any]]:
    system, architecture, *variant = platform.split("/")
    place = {"os": system, "architecture": architecture}
    if variant:
        place["variant"] = variant[0]
    if part.media_type in SINGLES:
        yield {
            "mediaType": part.media_type,
            "size": len(part.data),
            "digest": part.digest,
            "platform": place,
        }
        return
    # Some engines push a list of one, with what they say about how it was built.
    for entry in _listed(part):
        said = entry.get("platform", {})
        if all(said.get(key) == place[key] for key in ("os", "architecture")):
            yield {key: it for key, it in entry.items() if key != "annotations"}


def _listed(part: Manifest) -> list[dict[str, Any]]:
    try:
        return [dict(entry) for entry in json.loads(part.data)["manifests"]]
    except (ValueError, KeyError, TypeError):
        raise RegistryFailed(f"{part.digest} is no manifest ({part.media_type})") from None
