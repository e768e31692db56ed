"""Minting with the key of the app, which an operator keeps in Secrets Manager."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

import msgspec

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.github.app import AppTokens, Signer
from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import Transport
from praktika.errors import OperatorError, Unrecognised
from praktika.lambdas import surroundings
from praktika.lambdas.surroundings import told
from praktika.model.wire import WireError, decode
from praktika.ports.clock import Clock
from praktika.ports.tokens import Grant, Token, TokenBroker

FRESH = 600.0
"""Seconds for which a key counts: who changes it has not to deploy."""

AGAIN = 60.0
"""Seconds between two readings that refusals of GitHub may cause."""


class _AppSecret(msgspec.Struct, frozen=True, rename="kebab"):
    """What an operator keeps of the app."""

    app_id: str | int
    app_key: str


class Minting:
    """Gives what mints tokens.

    Args:
        aws: clients that may read the secret.
        clock: tells the time.
        environment: names the secret, and where GitHub is.
    """

    def __init__(
        self, aws: Clients, clock: Clock, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._aws = aws
        self._clock = clock
        self._environment = environment
        self._known: TokenBroker | None = None
        self._at = 0.0

    def __call__(self) -> TokenBroker:
        """What mints, with a key that was read lately.

        Raises:
            OperatorError: the secret is not what it should be; the text does not show it.
        """
        now = self._clock.monotonic()
        if self._known is None or now - self._at >= FRESH:
            self._known, self._at = self._made(), now
        return self._known

    def forget(self) -> bool:
        """Let the key be read again when one is needed next; False if it was read just now."""
        is_old = self._clock.monotonic() - self._at >= AGAIN
        if is_old:
            self._known = None
        return is_old

    def _made(self) -> TokenBroker:
        name = told(surroundings.APP_SECRET, self._environment)
        text = AwsSecrets(self._aws).get(name, "aws secret")
        try:
            app = decode(text.encode(), _AppSecret)
        except WireError:
            raise OperatorError(
                f'secret {name} is not as it should be: JSON with "app-id" and "app-key"'
            ) from None
        site = Site.of(self._environment.get(surroundings.API, "").strip() or "github.com")
        signer = Signer(str(app.app_id), app.app_key, self._clock)
        return AppTokens(Transport(site, self._clock), signer, self._clock)


class Rotating:
    """A `TokenBroker` whose key may be replaced at any time, without a deploy.

    Args:
        minting: gives what mints.
    """

    def __init__(self, minting: Minting) -> None:
        self._minting = minting

    def token(self, grant: Grant) -> Token:
        """A token that may be shared; see the port."""
        return self._with_the_key(lambda broker: broker.token(grant))

    def own_token(self, grant: Grant) -> Token:
        """A token that nobody else has; see the port."""
        return self._with_the_key(lambda broker: broker.own_token(grant))

    def revoke(self, token: Token) -> None:
        """End a token, which needs no key; see the port."""
        self._minting().revoke(token)

    def _with_the_key(self, ask: Callable[[TokenBroker], Token]) -> Token:
        try:
            return ask(self._minting())
        except Unrecognised:
            if not self._minting.forget():
                raise
        return ask(self._minting())
