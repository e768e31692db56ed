"""Where a GitHub is, and how paths below its API are written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from praktika.adapters.proxies import is_loopback
from praktika.errors import Absent, OperatorError

_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")


@dataclass(frozen=True, slots=True)
class Site:
    """One GitHub.

    Attributes:
        api: base URL of its REST API, without a slash at the end.
        graphql: URL of its GraphQL API.
    """

    api: str
    graphql: str

    @staticmethod
    def of(address: str = "github.com") -> Site:
        """The GitHub of this host, or with this base URL of its REST API.

        Raises:
            OperatorError: it is neither, or tokens would travel without encryption.
        """
        is_url = "://" in address
        api = (address if is_url else _api_of(address)).rstrip("/")
        parts = urlsplit(api)
        host = parts.netloc if is_url else address
        if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host):
            raise OperatorError(f"'{address}' is no GitHub: give a host, or the URL of its API")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise OperatorError(f"'{address}' is not encrypted: use https")
        bare = api.removesuffix("/v3")
        return Site(api, f"{bare}/graphql")

    def owns(self, url: str) -> bool:
        """Whether a URL is of this GitHub: scheme, host and port are the same."""
        there, here = urlsplit(url), urlsplit(self.api)
        return (there.scheme, there.netloc) == (here.scheme, here.netloc)


def _api_of(host: str) -> str:
    """The base URL of the API: github.com, a tenant of ghe.com, or a server of one's own."""
    if host in {"github.com", "api.github.com"}:
        return "https://api.github.com"
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"


def path_of(repository: str) -> str:
    """The path of a repository.

    Raises:
        Absent: no repository can have that name.
    """
    name = repository.partition("/")[2]
    if not _REPOSITORY.fullmatch(repository) or name in {".", ".."}:
        raise Absent(f"There is no repository '{repository[:200]}' on GitHub: it is no owner/name.")
    return f"/repos/{repository}"


def party_of(repository: str) -> str:
    """Whose limits requests about a repository count against: an account has one installation."""
    return repository.partition("/")[0].lower()


def segment(text: str) -> str:
    """Any text as one segment of a path.

    Raises:
        Absent: it would lead elsewhere.
    """
    if not text or text in {".", ".."}:
        raise Absent(f"There is nothing called '{text}' on GitHub.")
    return quote(text.encode("utf-8", "replace"), safe="")
