"""Tokens that are kept for others who need the same."""

from __future__ import annotations

import threading
from collections.abc import Callable

from praktika.ports.clock import Clock
from praktika.ports.tokens import Grant, Token

SPARE = 300.0
"""Seconds that a token is valid for at least when it is handed out."""

_Key = tuple[str, frozenset[tuple[str, str]]]


class SharedTokens:
    """One token for each grant, made when it is first wanted, and anew shortly before its end.

    Concurrency: any number of threads; who wants a token that is being made waits for it.

    Args:
        mint: makes a token.
        clock: tells the time.
    """

    def __init__(self, mint: Callable[[Grant], Token], clock: Clock) -> None:
        self._mint = mint
        self._clock = clock
        self._lock = threading.Lock()
        self._minting: dict[_Key, threading.Lock] = {}
        self._kept: dict[_Key, Token] = {}

    def get(self, grant: Grant) -> Token:
        """The token for a grant; what `mint` raises, nothing is kept of."""
        key = (grant.repository.lower(), frozenset(grant.permissions.items()))
        with self._lock:
            minting = self._minting.setdefault(key, threading.Lock())
        with minting:
            with self._lock:
                token = self._kept.get(key)
            if token is None or token.expires < self._clock.now() + SPARE:
                token = self._mint(grant)
                with self._lock:
                    self._kept[key] = token
            return token

    def forget(self, token: Token) -> None:
        """Hand a token out no more."""
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept != token}
