"""Tokens of the forge for one attempt, from the server, which alone has the app's key.

The server decides what the attempt may have (`engine.grants`). Redirects are not followed, and
nothing that is raised has a secret in its text. Security 18.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
import urllib3

from praktika.adapters.proxies import pool_of
from praktika.adapters.shared_tokens import SharedTokens
from praktika.errors import Absent, Denied, Limited, OperatorError, PraktikaError, Unavailable
from praktika.model.tokens import Attempt, TokenAsked, TokenGiven, TokenReturned
from praktika.model.wire import WireError, decode, encode
from praktika.ports.clock import Clock
from praktika.ports.tokens import Grant, Token
from praktika.version import VERSION

PATH = "/internal/v1/tokens"
"""Where tokens are asked for, with `TokenAsked`, and answered with `TokenGiven`."""

REVOKE = f"{PATH}/revoke"
"""Where they are given back, with `TokenReturned`."""

_WAIT = 60.0
_SAID = 500
_LIMIT = 64 * 1024


Authorize = Callable[[str, bytes], Mapping[str, str]]
"""The headers that show who posts these bytes to this URL."""


def bearer(secret: str) -> Authorize:
    """Whoever has a secret shows it."""
    return lambda _url, _body: {"Authorization": f"Bearer {secret}"}


class RemoteTokens:
    """A `TokenBroker` for one attempt. Any number of threads.

    Args:
        base: the address of the server, see `address`.
        authorize: shows who asks.
        attempt: that the runner speaks for.
        clock: tells the time.
        timeout: seconds for one silence of the server.
    """

    def __init__(
        self,
        base: str,
        authorize: Authorize,
        attempt: Attempt,
        clock: Clock,
        *,
        timeout: float = 30.0,
    ) -> None:
        self._base = base
        self._attempt = attempt
        self._clock = clock
        self._authorize = authorize
        self._headers = {
            "Content-Type": "application/json",
            "User-Agent": f"praktika/{VERSION}",
        }
        self._pool = pool_of(base, urllib3.Timeout(connect=timeout, read=timeout), size=4)
        self._shared = SharedTokens(self.own_token, clock)

    def __repr__(self) -> str:
        return f"RemoteTokens({self._base!r}, {self._attempt!r})"

    def token(self, grant: Grant) -> Token:
        """A token that may be shared within the attempt; see the port."""
        return self._shared.get(grant)

    def own_token(self, grant: Grant) -> Token:
        """A token that nobody else has; see the port."""
        attempt = self._attempt
        asked = TokenAsked(
            run=attempt.run,
            job=attempt.job,
            attempt=attempt.attempt,
            repository=grant.repository,
            permissions=dict(grant.permissions),
        )
        try:
            given = decode(self._post(PATH, asked), TokenGiven)
        except WireError:
            # Its text might quote the answer.
            raise Unavailable(f"{self._base} gives a token that cannot be read") from None
        return Token(value=given.value, expires=given.expires)

    def revoke(self, token: Token) -> None:
        """End a token; see the port."""
        self._shared.forget(token)
        attempt = self._attempt
        returned = TokenReturned(
            run=attempt.run, job=attempt.job, attempt=attempt.attempt, value=token.value
        )
        self._post(REVOKE, returned)

    def _post(self, path: str, body: msgspec.Struct) -> bytes:
        """What the server says to a request."""
        url, data = f"{self._base}{path}", encode(body)
        headers = {**self._headers, **self._authorize(url, data)}
        try:
            response = self._pool.request(
                "POST",
                url,
                body=data,
                headers=headers,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                said = response.read(_LIMIT)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(
                f"{self._base} does not answer when asked for a token ({type(error).__name__})"
            ) from error
        if 200 <= response.status < 300:
            return said
        raise self._fault(response.status, response.headers.get("Retry-After", ""), said)

    def _fault(self, status: int, wait: str, said: bytes) -> PraktikaError:
        """What an answer that is no success means."""
        text = f"{self._base} gives no token: {_text(said) or status}"
        match status:
            case 401 | 403:
                return Denied(text)
            case 404:
                return Absent(text)
            case 429:
                seconds = float(wait) if wait.isascii() and wait.isdigit() else _WAIT
                return Limited(text, self._clock.now() + seconds)
            case _ if status >= 500:
                return Unavailable(text)
        return OperatorError(text)


class _Told(msgspec.Struct, frozen=True):
    text: str = ""


class _Fault(msgspec.Struct, frozen=True):
    error: _Told = _Told()


def _text(said: bytes) -> str:
    """What the server says is wrong; "" if it does not say so as a praktika does."""
    try:
        return decode(said, _Fault).error.text[:_SAID]
    except WireError:
        return ""
