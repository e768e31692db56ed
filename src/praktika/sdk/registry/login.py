"""Reading the secret that SECRET_DOCKER_REGISTRY names."""

from __future__ import annotations

import json

from praktika.sdk.registry.access import Login
from praktika.sdk.registry.client import HUB

_SHAPE = (
    'the secret that SECRET_DOCKER_REGISTRY names is not {"username": …, "password": …}, '
    'with "registry" beside them where that is not docker.io'
)


def login_of(secret: str) -> tuple[str, Login]:
    """The registry that the credentials are for, and the credentials.

    They are never shown to another registry, whatever images a repository declares.

    Raises:
        ValueError: the secret has another shape; the text does not quote it.
    """
    try:
        document = json.loads(secret)
        found = [document.get(key, "") for key in ("username", "password")]
        registry = document.get("registry") or HUB
    except (ValueError, AttributeError):
        raise ValueError(_SHAPE) from None
    if not all(isinstance(text, str) and text for text in (*found, registry)):
        raise ValueError(_SHAPE)
    return _plain(registry), Login(*found)


def _plain(registry: str) -> str:
    """The registry as it stands in the names of images."""
    host = registry.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return HUB if host in {"index.docker.io", "registry-1.docker.io"} else host
