"""Registries over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

from praktika.errors import Absent, Denied, OperatorError, Unavailable
from praktika.model.reference import Reference
from praktika.ports.registry import Manifest
from praktika.sdk.registry.access import Login
from praktika.sdk.registry.client import Client
from praktika.sdk.registry.errors import NoAnswer, NotThere, Refused, RegistryFailed
from praktika.sdk.registry.login import login_of

T = TypeVar("T")


class HttpRegistry:
    """A `Registry` of everything that references name, each asked at its own registry.

    Args:
        logins: who we are, by registry; elsewhere we are nobody.
        insecure: registries (`host:port`) that are asked without encryption, besides this machine.
        timeout: seconds for one request.
    """

    def __init__(
        self,
        logins: Mapping[str, Login] | None = None,
        insecure: Collection[str] = (),
        *,
        timeout: float = 30.0,
    ) -> None:
        self._logins = dict(logins or {})
        self._insecure = tuple(insecure)
        self._timeout = timeout
        self._clients: dict[str, Client] = {}
        self._lock = threading.Lock()

    def digest(self, reference: str) -> str:
        """The digest of a manifest; see the port."""
        return self._with(reference, lambda client, it: client.digest(it.repository, it.manifest))

    def manifest(self, reference: str) -> Manifest:
        """A manifest; see the port."""
        found = self._with(
            reference, lambda client, it: client.manifest(it.repository, it.manifest)
        )
        return Manifest(*found)

    def put_manifest(self, reference: str, media_type: str, data: bytes) -> str:
        """Put a manifest under a tag; see the port."""
        return self._with(
            reference,
            lambda client, it: client.put(it.repository, it.manifest, media_type, data),
        )

    def _with(self, reference: str, action: Callable[[Client, Reference], T]) -> T:
        try:
            parsed = Reference.parse(reference)
            return action(self._client(parsed.registry), parsed)
        except NotThere as error:
            raise Absent(str(error)) from error
        except Refused as error:
            raise Denied(str(error)) from error
        except NoAnswer as error:
            raise Unavailable(str(error)) from error
        except (RegistryFailed, ValueError) as error:
            raise OperatorError(str(error)) from error

    def _client(self, registry: str) -> Client:
        with self._lock:
            if registry not in self._clients:
                self._clients[registry] = Client(
                    registry, self._logins.get(registry), self._insecure, timeout=self._timeout
                )
            return self._clients[registry]


def logins_in(secret: str) -> dict[str, Login]:
    """Who we are, by registry, from the value of the secret that SECRET_DOCKER_REGISTRY names.

    Raises:
        OperatorError: it is not what `docs/images.md` describes.
    """
    try:
        registry, login = login_of(secret)
    except ValueError as error:
        raise OperatorError(str(error)) from error
    return {registry: login}
