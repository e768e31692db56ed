"""Which URLs commits are fetched from.

    https://HOST/PATH          anything
    ssh://USER@HOST/PATH       or USER@HOST:PATH
    file:///PATH               or /PATH
    http://LOOPBACK/PATH       elsewhere code and credentials would be readable on their way

Everything else is refused before git sees it: other transports (`ext::` runs commands), and
whatever git or ssh could take for an option. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from praktika.errors import OperatorError

Credentials = Callable[[str], str]
"""`USER:PASSWORD` for a URL, or ""."""

_LOCAL = frozenset(("file", "http"))
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_WITH_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_LIKE_SCP = re.compile(r"(?P<host>[^/:]+):(?P<path>(?!//).+)", re.DOTALL)
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]|%[01][0-9a-f]|%7f", re.IGNORECASE)
_SECRET = re.compile(r"(?<=//)[^/@]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where commits are fetched from.

    Attributes:
        url: as git gets it, without credentials.
        protocol: "https", "ssh", "file" or "http".
        login: `USER:PASSWORD` that was in the URL, or "".
    """

    url: str
    protocol: str
    login: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """Whether it can only mean this machine."""
        return self.protocol in _LOCAL

    @property
    def origin(self) -> str:
        """What credentials are for: the scheme, the host and the port, `https://host:port`."""
        return "/".join(self.url.split("/", 3)[:3]) if "://" in self.url else ""

    @property
    def slug(self) -> str:
        """Its name for people, safe in paths."""
        parts = re.split(r"[/:]", self.url.removesuffix(".git"))
        name = "-".join(parts[-2:]).lower()
        return re.sub(r"[^a-z0-9]+", "-", name).strip("-")[-40:].strip("-") or "remote"


def remote(url: str) -> Remote:
    """What the URL means.

    Raises:
        OperatorError: nothing is fetched from such a URL.
    """
    if url.startswith("/"):
        url = f"file://{quote(url)}"
    if not url:
        raise _refused(url, "it is empty")
    if _UNPRINTABLE.search(url):
        raise _refused(url, "it has spaces or control characters in it")
    if url.startswith("-"):
        raise _refused(url, "it looks like an option")
    if "::" in url.split("/", 1)[0]:
        raise _refused(url, "it asks for a transport that could run commands")
    if match := _WITH_SCHEME.match(url):
        return _with_scheme(url.rstrip("/"), match[1].lower())
    if match := _LIKE_SCP.fullmatch(url.rstrip("/")):
        _check_ssh(url, match["host"], match["path"])
        return Remote(url=match[0], protocol="ssh")
    raise _refused(url, "it is neither a URL nor the full path of a folder")


def submodule_remote(url: str, parent: Remote) -> Remote:
    """What the URL of a submodule means, where `./` and `../` lead from its parent's URL.

    What only means this machine is not fetched for a parent that comes from elsewhere: it would
    be the runner's own repository, not one of the author's.

    Raises:
        OperatorError: nothing is fetched from such a URL.
    """
    if url.startswith(("./", "../")) or url in {".", ".."}:
        found = remote(_joined(parent.url, url))
    else:
        found = remote(url)
    if found.is_local and not parent.is_local:
        raise _refused(url, "it means the machine of the runner")
    if not found.login and found.origin and found.origin == parent.origin:
        return Remote(url=found.url, protocol=found.protocol, login=parent.login)
    return found


def without_credentials(url: str) -> str:
    """The URL, without what may be secret in it; also of one that `remote` refuses."""
    return _SECRET.sub("", url)


def _joined(parent: str, url: str) -> str:
    """As git does it: each `../` takes a component away from the parent's path."""
    match = _WITH_SCHEME.match(parent)
    if match is None:
        head, separator, path = parent.partition(":")
    else:
        authority, _, path = parent[match.end() :].partition("/")
        head, separator = match[0] + authority, "/"
    kept = [part for part in path.split("/") if part]
    absolute = "/" if match is None and path.startswith("/") else ""
    rest = url
    while rest.startswith(("./", "../")) or rest in {".", ".."}:
        dots, _, rest = rest.partition("/")
        rest = rest.lstrip("/")
        if dots == "..":
            if not kept:
                raise _refused(url, f"it leads out of {parent}")
            kept.pop()
    added = [part for part in rest.split("/") if part]
    if any(part in {".", ".."} for part in added):
        raise _refused(url, "it has .. in the middle")
    return f"{head}{separator}{absolute}{'/'.join([*kept, *added])}"


def _with_scheme(url: str, protocol: str) -> Remote:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(url, "its host or port makes no sense") from None
    path = unquote(parts.path)
    if protocol == "file":
        if parts.netloc or not PurePosixPath(path).is_absolute():
            raise _refused(url, "a file URL is file:// and the full path of a folder")
        return Remote(url=f"file://{url[len('file://') :]}", protocol=protocol)
    if not host:
        raise _refused(url, "it names no host")
    if protocol == "ssh":
        user, _, _ = (parts.username or "").partition(":")
        _check_ssh(url, host, path)
        _check_ssh(url, user or "git", path)
        address = parts.netloc.rpartition("@")[2]
        clean = f"ssh://{user + '@' if user else ''}{address}{parts.path}"
        return Remote(url=clean, protocol=protocol)
    if protocol not in {"https", "http"}:
        raise _refused(url, "only https, ssh and file are fetched from")
    if protocol == "http" and host not in _LOOPBACK:
        raise _refused(url, "http is readable on its way; use https")
    if parts.query or parts.fragment:
        raise _refused(url, "it has a query or a fragment")
    if {".", ".."} & set(path.split("/")):
        raise _refused(url, "it has .. in it")  # credentials go by the beginning of a URL
    login, _, address = parts.netloc.rpartition("@")
    clean = f"{protocol}://{address.lower()}{parts.path}"
    return Remote(url=clean, protocol=protocol, login=_login(login))


def _login(given: str) -> str:
    user, _, password = given.partition(":")
    return f"{unquote(user)}:{unquote(password)}" if given else ""


def _check_ssh(url: str, host: str, path: str) -> None:
    name = host.rpartition("@")[2]
    if host.startswith("-") or name.startswith("-") or path.lstrip("/").startswith("-"):
        raise _refused(url, "a part of it looks like an option")


def _refused(url: str, why: str) -> OperatorError:
    shown = without_credentials(url)[:200].encode("unicode_escape").decode()
    return OperatorError(f"nothing is fetched from '{shown}': {why}")
