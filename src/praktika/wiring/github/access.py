"""Fetching from GitHub: which URLs are its repositories, and with which credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from praktika.intake.allowed import Allowed
from praktika.ports.tokens import Grant, TokenBroker
from praktika.runner.access.wallet import FETCH, USER
from praktika.wiring.github.settings import api_of, repositories_of


class Addresses:
    """Tells which repository a URL is of.

    Args:
        api: base URL of the REST API.
        allowed: the repositories that are served.
    """

    def __init__(self, api: str, allowed: Allowed) -> None:
        parts = urlsplit(api)
        self._origin = (parts.scheme, parts.netloc.removeprefix("api."))
        self._allowed = allowed

    def __call__(self, url: str) -> str:
        """Its `owner/name`; "" for what is not served, and for any other host."""
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) != self._origin:
            return ""
        repository = parts.path.removeprefix("/").removesuffix(".git")
        return repository if repository in self._allowed else ""


def addresses(environment: Mapping[str, str]) -> Addresses:
    """The addresses of the repositories that these variables name."""
    api = api_of(environment)
    return Addresses(api, Allowed(repositories_of(environment)))


def credentials(addresses: Addresses, broker: TokenBroker) -> Callable[[str], str]:
    """`USER:PASSWORD` by URL, with tokens that may do nothing but fetch, and are shared."""

    def given(url: str) -> str:
        repository = addresses(url)
        if not repository:
            return ""
        token = broker.token(Grant(repository=repository, permissions=FETCH))
        return f"{USER}:{token.value}"

    return given
