"""One client for all requests to one GitHub.

Security 15: nothing is ever asked of another host than the one that was configured, whatever an
answer says. Tokens are in a header only, so no error has one in its text.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from urllib.parse import urljoin

import msgspec
import urllib3
from urllib3.exceptions import HTTPError

from praktika.adapters.github.http.answer import Answer, Request
from praktika.adapters.github.http.etags import Etags
from praktika.adapters.github.http.faults import answer_fault, network_fault
from praktika.adapters.github.http.limits import Left, Limits
from praktika.adapters.github.http.site import Site
from praktika.adapters.proxies import pool_of
from praktika.errors import OperatorError, Unavailable
from praktika.ports.clock import Clock
from praktika.version import VERSION

AT_ONCE = 8
"""Requests under way at a time; GitHub bans who has many."""

MAX_ANSWER = 32 << 20
"""Bytes of an answer, uncompressed."""

_REDIRECTS = 3
_MOVED = (301, 302, 307, 308)
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "Accept-Encoding": "gzip",
    "User-Agent": f"praktika/{VERSION}",
    "X-GitHub-Api-Version": "2022-11-28",
}


class Transport:
    """Sends requests. Any number of threads.

    Args:
        site: which GitHub.
        clock: tells the time.
        timeout: seconds for a connection, and for each silence in an answer; an answer as a whole
            may take four times as long.
    """

    def __init__(self, site: Site, clock: Clock, *, timeout: float = 15.0) -> None:
        self.site = site
        self._timeout = timeout
        self._limits = Limits(clock)
        self._etags = Etags()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        limits = urllib3.Timeout(connect=timeout, read=timeout)
        self._pool = pool_of(site.api, limits, size=AT_ONCE)

    def send(self, request: Request, *, accept: Collection[int] = ()) -> Answer:
        """The answer to a request: a good one, or one with a status to `accept`.

        Raises:
            Absent, Denied, Limited, Unavailable: as `Forge` says.
            Conflict: the status is 409.
            OperatorError: GitHub sees a mistake, answers with too much, or leads elsewhere.
        """
        self._limits.check(request)
        kept = self._etags.find(request)
        with self._turns:
            answer = self._follow(request, kept)
        self._limits.heed(request, answer)
        if answer.status == 304 and kept is not None:
            return kept
        self._etags.keep(request, answer)
        if 200 <= answer.status < 300 or answer.status in accept:
            return answer
        raise answer_fault(request, answer)

    def left(self) -> list[Left]:
        """What is left of each primary limit that we have heard of."""
        return self._limits.left()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._pool.clear()

    def _follow(self, request: Request, kept: Answer | None) -> Answer:
        """The answer, also if what is asked for has moved on the same host, as when renamed."""
        url = self._checked(request, urljoin(f"{self.site.api}/", _joinable(request.url)))
        for _ in range(_REDIRECTS + 1):
            answer = self._exchange(request, url, kept)
            location = answer.headers.get("location", "")
            if answer.status not in _MOVED or not location:
                return answer
            url = self._checked(request, urljoin(url, location))
        raise Unavailable(f"GitHub: {request}: redirected again and again")

    def _checked(self, request: Request, url: str) -> str:
        if not self.site.owns(url):
            raise OperatorError(
                f"GitHub: {request}: leads to another host, where nothing is asked. Is "
                f"{self.site.api} the right address?"
            )
        return url

    def _exchange(self, request: Request, url: str, kept: Answer | None) -> Answer:
        """One request and its answer, whatever that is."""
        deadline = time.monotonic() + 4 * self._timeout
        try:
            response = self._pool.request(
                request.method,
                url,
                body=None if request.body is None else msgspec.json.encode(request.body),
                headers=_headers(request, kept),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                body = _body(request, response, deadline)
            except BaseException:
                response.close()
                raise
            response.release_conn()
        except (HTTPError, OSError) as error:
            raise network_fault(request, error) from error
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status, headers=headers, body=body)


def _joinable(url: str) -> str:
    """A path below the base as one relative to it; a whole URL as it is."""
    return url.removeprefix("/")


def _headers(request: Request, kept: Answer | None) -> dict[str, str]:
    headers = dict(_HEADERS)
    if request.token:
        headers["Authorization"] = f"Bearer {request.token}"
    if request.body is not None:
        headers["Content-Type"] = "application/json"
    if kept is not None:
        headers["If-None-Match"] = kept.headers["etag"]
    return headers


def _body(request: Request, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """All that comes, within limits of size and time."""
    parts: list[bytes] = []
    size = 0
    while part := response.read1(1 << 16):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            raise OperatorError(f"GitHub: {request}: the answer has more than {MAX_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise Unavailable(f"GitHub: {request}: the answer takes too long")
    return b"".join(parts)
