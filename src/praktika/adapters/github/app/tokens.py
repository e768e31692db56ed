"""Tokens of an app's installations: for one repository, with no more than what was asked for.

Security 18, faults 1 and 2: a token that may do everything that the app may is never made.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from praktika.adapters.github.app.grants import check
from praktika.adapters.github.app.signer import Signer
from praktika.adapters.github.http.answer import Answer, Request
from praktika.adapters.github.http.site import path_of
from praktika.adapters.github.http.transport import Transport
from praktika.adapters.shared_tokens import SharedTokens
from praktika.errors import Absent, Denied, Unavailable
from praktika.ports.clock import Clock
from praktika.ports.tokens import Grant, Token

_FORGET = 3600.0
_APP, _REVOKED = "the app", "revoked tokens"


class App(msgspec.Struct, frozen=True):
    """What GitHub calls the app: its number, and the slug by which its bot is known."""

    id: int
    slug: str = ""


class AppTokens:
    """A `TokenBroker` that mints tokens with the key of an app.

    Args:
        transport: sends requests.
        signer: proves that we are the app.
        clock: tells the time.
    """

    def __init__(self, transport: Transport, signer: Signer, clock: Clock) -> None:
        self._transport = transport
        self._signer = signer
        self._clock = clock
        self._shared = SharedTokens(self._mint, clock)
        self._installations: dict[str, tuple[int, float]] = {}
        self._app: App | None = None

    def __repr__(self) -> str:
        return f"AppTokens({self._signer!r})"

    def app(self) -> App:
        """The app, as GitHub knows it."""
        if self._app is None:
            self._app = self._as_app("GET", "/app").read(App)
        return self._app

    def token(self, grant: Grant) -> Token:
        """A token that may be shared; see the port."""
        return self._shared.get(grant)

    def own_token(self, grant: Grant) -> Token:
        """A token that nobody else has; see the port."""
        return self._mint(grant)

    def revoke(self, token: Token) -> None:
        """End a token; see the port."""
        self._shared.forget(token)
        request = Request(
            method="DELETE", url="/installation/token", party=_REVOKED, token=token.value
        )
        self._transport.send(request, accept=(401, 404))

    def _mint(self, grant: Grant) -> Token:
        check(grant)
        answer = self._try_mint(grant)
        if answer.status == 404:
            # The app was installed anew meanwhile.
            self._installations.pop(grant.repository.lower(), None)
            answer = self._try_mint(grant)
        match answer.status:
            case 404:
                raise Absent(f"The GitHub app is not installed on {grant.repository} any more.")
            case 422:
                raise Denied(
                    f"GitHub gives no token for {grant.repository} with {_words(grant)}: "
                    f"{answer.said}. Give the app these permissions, accept them where it is "
                    "installed, and include the repository there."
                )
        minted = answer.read(_Minted)
        return Token(value=minted.token, expires=_seconds(minted.expires_at))

    def _try_mint(self, grant: Grant) -> Answer:
        number = self._installation(grant.repository)
        body = {
            "repositories": [grant.repository.partition("/")[2]],
            "permissions": dict(grant.permissions),
        }
        url = f"/app/installations/{number}/access_tokens"
        return self._as_app("POST", url, body, accept=(404, 422))

    def _installation(self, repository: str) -> int:
        """Number of the installation that may see a repository, looked up once an hour."""
        number, found = self._installations.get(repository.lower(), (0, 0.0))
        if number and found > self._clock.now() - _FORGET:
            return number
        answer = self._as_app("GET", f"{path_of(repository)}/installation", accept=(404,))
        if answer.status == 404:
            raise Absent(
                f"The GitHub app is not installed on {repository}, or there is no such "
                "repository. Install it from the app's page on GitHub."
            )
        number = answer.read(_Installation).id
        self._installations[repository.lower()] = (number, self._clock.now())
        return number

    def _as_app(
        self, method: str, url: str, body: object = None, *, accept: tuple[int, ...] = ()
    ) -> Answer:
        request = Request(
            method=method, url=url, party=_APP, token=self._signer.statement(), body=body
        )
        return self._transport.send(request, accept=accept)


class _Installation(msgspec.Struct, frozen=True):
    id: int


class _Minted(msgspec.Struct, frozen=True):
    token: str
    expires_at: str


def _words(grant: Grant) -> str:
    return ", ".join(f"{name}: {level}" for name, level in sorted(grant.permissions.items()))


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError as error:
        raise Unavailable(f"GitHub: a token expires at '{text[:40]}', which is no time") from error
