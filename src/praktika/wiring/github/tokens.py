"""Tokens for the runners of this server: what an attempt may have follows from its run.

Security 18, faults 1 and 2: runners have no key of the app, and say only which attempt they are at.
"""

from __future__ import annotations

import hmac
import secrets
from typing import get_args

from praktika.engine.run import Run
from praktika.errors import Denied
from praktika.model.facts import Trust
from praktika.model.tokens import TokenAsked, TokenGiven, TokenReturned
from praktika.orchestrator.tokens import AttemptTokens
from praktika.ports.tokens import Grant, Token, TokenBroker
from praktika.wiring.runs.history import Archive
from praktika.wiring.stores import Stores


class RunnerTokens:
    """Gives tokens to the runners of this server, and to nobody else.

    Args:
        broker: mints them.
        stores: where runs are.

    Attributes:
        secrets: what runners show, by the trust of the code that they serve; new with each process.
            One that strangers have found out is worth nothing for other runs.
    """

    def __init__(self, broker: TokenBroker, stores: Stores) -> None:
        self.secrets: dict[Trust, str] = {
            trust: secrets.token_urlsafe(32) for trust in get_args(Trust)
        }
        self._broker = broker
        self._archive = Archive(stores)

    def give(self, secret: str, asked: TokenAsked) -> TokenGiven:
        """A token for an attempt that waits for a runner or runs.

        Raises:
            Denied: it is no runner of ours that asks, or the attempt may not have that.
            PraktikaError: see `TokenBroker`.
        """
        trust = self._shown(secret)

        def run_of(run_id: str) -> Run:
            run = self._archive.load(run_id).run
            if run.trust != trust:
                raise Denied(f"run {run_id} is {run.trust}, which the runners that ask are not for")
            return run

        tokens = AttemptTokens(self._broker, run_of, asked)
        grant = Grant(repository=asked.repository, permissions=asked.permissions)
        token = tokens.own_token(grant)
        return TokenGiven(value=token.value, expires=token.expires)

    def take_back(self, secret: str, returned: TokenReturned) -> None:
        """End a token.

        Raises:
            Denied: it is no runner of ours that gives it back.
        """
        self._shown(secret)
        self._broker.revoke(Token(value=returned.value, expires=0.0))

    def _shown(self, secret: str) -> Trust:
        """Whose secret this is; all are compared, in constant time."""
        found: list[Trust] = [
            trust
            for trust, own in self.secrets.items()
            if hmac.compare_digest(secret.encode(), own.encode())
        ]
        if not found:
            raise Denied("this takes the secret of a runner of this server")
        return found[0]
