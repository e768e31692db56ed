"""Tokens in memory, which are good for nothing."""

from __future__ import annotations

import itertools
import threading

from praktika.adapters.shared_tokens import SharedTokens
from praktika.errors import Absent, Denied, PraktikaError
from praktika.ports.clock import Clock
from praktika.ports.tokens import Grant, Token

_LIFE = 3600.0
_LEVELS = ("read", "write")


class MemoryTokens:
    """A `TokenBroker` for the repositories that it was told of.

    Args:
        clock: tells the time.
        repositories: on which the app is installed.

    Attributes:
        failure: raised instead of every answer, if it is set.
        minted: the grants that tokens were made for, in order.
    """

    def __init__(self, clock: Clock, *repositories: str) -> None:
        self.failure: PraktikaError | None = None
        self.minted: list[Grant] = []
        self._clock = clock
        self._repositories = {name.lower() for name in repositories}
        self._shared = SharedTokens(self.own_token, clock)
        self._valid: dict[str, tuple[Grant, float]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def token(self, grant: Grant) -> Token:
        """A token that may be shared; see the port."""
        return self._shared.get(grant)

    def own_token(self, grant: Grant) -> Token:
        """A token that nobody else has; see the port."""
        with self._lock:
            return self._mint(grant)

    def revoke(self, token: Token) -> None:
        """End a token; see the port."""
        self._shared.forget(token)
        with self._lock:
            self._valid.pop(token.value, None)

    def grant_of(self, token: str) -> Grant | None:
        """What the token with that value may be used for now; None if it is not valid."""
        with self._lock:
            grant, expires = self._valid.get(token, (None, 0.0))
        return grant if expires > self._clock.now() else None

    def _mint(self, grant: Grant) -> Token:
        if self.failure is not None:
            raise self.failure
        wrong = [name for name, level in grant.permissions.items() if level not in _LEVELS]
        if wrong or not grant.permissions or "administration" in grant.permissions:
            raise Denied(f"no token is given with the permissions {dict(grant.permissions)}")
        if grant.repository.lower() not in self._repositories:
            raise Absent(f"the app is not installed on {grant.repository}")
        self.minted.append(grant)
        token = Token(
            value=f"ghs_memory{next(self._numbers):010}", expires=self._clock.now() + _LIFE
        )
        self._valid[token.value] = (grant, token.expires)
        return token
