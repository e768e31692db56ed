"""Tokens for the runners of this server: what an attempt may have follows from its run.

Security 18, faults 1 and 2: runners have no key of the app, and say only which attempt they are at.
"""

from __future__ import annotations

import hmac
import secrets

from praktika.errors import Denied
from praktika.model.tokens import TokenAsked, TokenGiven, TokenReturned
from praktika.orchestrator.tokens import AttemptTokens
from praktika.ports.tokens import Grant, Token, TokenBroker
from praktika.wiring.history import Archive
from praktika.wiring.stores import Stores


class RunnerTokens:
    """Gives tokens to the runners of this server, and to nobody else.

    Args:
        broker: mints them.
        stores: where runs are.

    Attributes:
        secret: what runners show; new with each process.
    """

    def __init__(self, broker: TokenBroker, stores: Stores) -> None:
        self.secret = secrets.token_urlsafe(32)
        self._broker = broker
        self._archive = Archive(stores)

    def give(self, secret: str, asked: TokenAsked) -> TokenGiven:
        """A token for an attempt that waits for a runner or runs.

        Raises:
            Denied: it is no runner of ours that asks, or the attempt may not have that.
            PraktikaError: see `TokenBroker`.
        """
        self._check(secret)
        tokens = AttemptTokens(self._broker, lambda run: self._archive.load(run).run, asked)
        grant = Grant(repository=asked.repository, permissions=asked.permissions)
        token = tokens.own_token(grant)
        return TokenGiven(value=token.value, expires=token.expires)

    def take_back(self, secret: str, returned: TokenReturned) -> None:
        """End a token.

        Raises:
            Denied: it is no runner of ours that gives it back.
        """
        self._check(secret)
        self._broker.revoke(Token(value=returned.value, expires=0.0))

    def _check(self, secret: str) -> None:
        if not hmac.compare_digest(secret.encode(), self.secret.encode()):
            raise Denied("this takes the secret of a runner of this server")
