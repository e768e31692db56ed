"""Which images are in their registries, and putting manifests there. Outages are waited out."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from praktika.sdk.images.order import Image, Order
from praktika.sdk.registry.access import Login
from praktika.sdk.registry.client import Client, Manifest
from praktika.sdk.registry.errors import NoAnswer, NotThere

T = TypeVar("T")

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 15.0


class Store:
    """The registries of an order's images.

    Args:
        order: names them.
        logins: who we are, by registry.
        patience: seconds for which a registry that does not answer is asked again.
    """

    def __init__(self, order: Order, logins: dict[str, Login], patience: float) -> None:
        self._patience = patience
        self._clients = {
            image.registry: Client(image.registry, logins.get(image.registry), order.insecure)
            for image in order.images
        }

    def find(self, image: Image, *tags: str) -> str:
        """`sha256:…` of what is there under the first of the tags that is, or "".

        Raises:
            RegistryFailed: it cannot be known.
        """
        client = self._clients[image.registry]
        for tag in tags:
            try:
                return self._patiently(partial(client.digest, image.repository, tag))
            except NotThere:
                continue
        return ""

    def manifest(self, image: Image, reference: str) -> Manifest:
        """What is there under a tag or digest; raises RegistryFailed."""
        client = self._clients[image.registry]
        return self._patiently(lambda: client.manifest(image.repository, reference))

    def put(self, image: Image, tag: str, media_type: str, data: bytes) -> str:
        """Put a manifest under a tag, and read back what is there then; raises RegistryFailed."""
        client = self._clients[image.registry]
        self._patiently(lambda: client.put(image.repository, tag, media_type, data))
        return self._patiently(lambda: client.digest(image.repository, tag))

    def _patiently(self, action: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        while True:
            try:
                return action()
            except NoAnswer as error:
                rest = max(pause, error.after)
                if time.monotonic() + rest > deadline:
                    raise
            time.sleep(rest)
            pause = min(_LONGEST_PAUSE, pause * 2)
