"""Tokens for attempts: the run itself says what each may have, whoever asks in its name.

Security 18, faults 1 and 2: a token is for one attempt, for its repository, with what the attempt
may have now, and nobody else is given the same.
"""

from __future__ import annotations

from collections.abc import Callable

from praktika.engine.grants import granted, home
from praktika.engine.run import Run
from praktika.errors import Denied
from praktika.model.tokens import Attempt
from praktika.ports.tokens import Grant, Token, TokenBroker


class AttemptTokens:
    """A `TokenBroker` for one attempt, in front of one that could give more.

    Every token is the attempt's own, so that it can be revoked when the attempt is over.

    Args:
        broker: mints.
        run_of: a run as it is now, by its id; raises Absent for an unknown one.
        attempt: that tokens are asked for in the name of.
    """

    def __init__(self, broker: TokenBroker, run_of: Callable[[str], Run], attempt: Attempt) -> None:
        self._broker = broker
        self._run_of = run_of
        self._attempt = attempt

    def token(self, grant: Grant) -> Token:
        """A token that nobody else has; see the port."""
        return self.own_token(grant)

    def own_token(self, grant: Grant) -> Token:
        """A token that nobody else has; see the port."""
        attempt = self._attempt
        run = self._run_of(attempt.run)
        may = granted(run, attempt.job, attempt.attempt, grant.permissions)
        refused = sorted(set(grant.permissions.items()) - set(may.items()))
        if grant.repository.lower() != home(run).lower() or refused or not may:
            wish = ", ".join(f"{name}: {level}" for name, level in refused) or "any permission"
            raise Denied(
                f"attempt {attempt.attempt} of {attempt.job} of run {attempt.run} may not have "
                f"{wish} for {grant.repository} now"
            )
        return self._broker.own_token(Grant(repository=home(run), permissions=may))

    def revoke(self, token: Token) -> None:
        """End a token; see the port."""
        self._broker.revoke(token)
