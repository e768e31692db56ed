"""One server, asked over HTTP.

Redirects are never followed: the token is for this server alone. What fails for reasons that may
pass is asked again, but only where nothing changes by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import BinaryIO, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from praktika.adapters.proxies import pool_of
from praktika.errors import Absent, AuthorError, Denied, OperatorError, PraktikaError, Unavailable
from praktika.model.wire import WireError, decode
from praktika.patience import patiently
from praktika.version import VERSION

T = TypeVar("T")

BODY_LIMIT = 256 << 20
"""Bytes of an answer: the journal of ten thousand jobs has a tenth of it."""

BEYOND = 416
"""The status where a range of bytes begins behind the end."""

_CHUNK = 1 << 16
_SAID = 2000
"""Characters of what a server says of an error."""


class Answer(NamedTuple):
    """What a server said.

    Attributes:
        status: one that means success, or `BEYOND`.
        headers: of the answer.
        body: all of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Request(NamedTuple):
    """What is asked; the body of a good answer goes to `sink` if there is one."""

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    sink: BinaryIO | None = None


class _Told(msgspec.Struct, frozen=True):
    text: str = ""


class _Fault(msgspec.Struct, frozen=True):
    error: _Told = _Told()


class Client:
    """A server's API. Any number of threads may use it.

    Args:
        base: see `address`.
        token: who we are; "" is nobody.
        patience: seconds for which a reading request is tried again.
        timeout: seconds for one request to go on.
    """

    def __init__(
        self, base: str, token: str, *, patience: float = 5.0, timeout: float = 30.0
    ) -> None:
        self.base = base
        self._has_token = bool(token)
        self._patience = patience
        self._headers = {"Accept": "application/json", "User-Agent": f"praktika/{VERSION}"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        limits = urllib3.Timeout(connect=min(10.0, timeout), read=timeout)
        self._pool = pool_of(base, limits, size=4)

    def read(self, path: str, kind: type[T], **query: object) -> T:
        """The JSON that is at `path`, below `/api/v1/`."""
        return self._decoded(self.get(path + (f"?{urlencode(query)}" if query else "")).body, kind)

    def get(self, path: str, method: str = "GET", span: str = "") -> Answer:
        """What is at `path`; of `span` only, a range of bytes.

        Raises:
            Absent, Denied, OperatorError: the server says no.
            Unavailable: it does not answer, or not well.
        """
        request = _Request(method, path, {"Range": span} if span else {})
        return patiently(lambda: self._ask(request), self._patience)

    def save(self, path: str, file: BinaryIO) -> None:
        """Write what is at `path` to a file, in place of all that is in it.

        Raises:
            Absent, Denied, OperatorError, Unavailable: as for `get`.
        """

        def anew() -> None:
            file.seek(0)
            file.truncate()
            self._ask(_Request("GET", path, sink=file))

        patiently(anew, self._patience)

    def post(self, path: str, body: Mapping[str, object], kind: type[T]) -> T:
        """What the server says to a request, which is made once.

        Raises:
            AuthorError: it cannot be done; the text is the server's.
            Absent, Denied, OperatorError: the server says no.
            Unavailable: it does not answer, or not well; perhaps it has heard.
        """
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return self._decoded(self._ask(_Request("POST", path, headers, data)).body, kind)

    def _ask(self, request: _Request) -> Answer:
        url = f"{self.base}/api/v1/{request.path}"
        try:
            response = self._pool.request(
                request.method,
                url,
                body=request.body,
                headers={**self._headers, **request.headers},
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                answer = _read(response, request.sink)
            finally:
                response.release_conn()
        except urllib3.exceptions.SSLError as error:
            raise OperatorError(f"there is no safe way to {self.base}: {error}") from error
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"{self.base} does not answer: {error}") from error
        if _is_good(answer.status):
            return answer
        raise self._fault(answer, f"{request.method} {urlsplit(url).path}")

    def _decoded(self, body: bytes, kind: type[T]) -> T:
        try:
            return decode(body, kind)
        except WireError as error:
            raise OperatorError(
                f"{self.base} says what praktika {VERSION} does not understand: {error}. "
                "Is it a praktika server, and not a newer one?"
            ) from error

    def _fault(self, answer: Answer, asked: str) -> PraktikaError:
        """What an answer that is no success means."""
        text = _text(answer.body) or f"{self.base} says {answer.status} to {asked}"
        match answer.status:
            case 401:
                why = "does not accept your token" if self._has_token else "wants a token"
                return Denied(f"{self.base} {why}; `praktika login {self.base}` takes one")
            case 403:
                return Denied(text)
            case 404:
                return Absent(text)
            case 400 | 409 | 422:
                return AuthorError(text=text)
            case 429:
                return Unavailable(text)
            case status if 300 <= status < 400:
                place = answer.headers.get("Location", "")
                return OperatorError(
                    f"{self.base} sends requests on to '{place}'; if that is right, name that "
                    "address, as a token is shown to nobody else"
                )
            case status if status >= 500:
                return Unavailable(text)
        return OperatorError(text)


def _is_good(status: int) -> bool:
    return 200 <= status < 300 or status == BEYOND


def _read(response: urllib3.BaseHTTPResponse, sink: BinaryIO | None) -> Answer:
    body = bytearray()
    is_for_sink = sink is not None and _is_good(response.status)
    for piece in response.stream(_CHUNK):
        if sink is not None and is_for_sink:
            sink.write(piece)
            continue
        body += piece
        if len(body) > BODY_LIMIT:
            raise OperatorError(f"the server's answer has more than {BODY_LIMIT:,} bytes")
    return Answer(response.status, response.headers, bytes(body))


def _text(body: bytes) -> str:
    """What the server says is wrong; "" if it does not say so as a praktika does."""
    try:
        return decode(body, _Fault).error.text[:_SAID]
    except WireError:
        return ""
