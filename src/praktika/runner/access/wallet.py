"""The tokens of one attempt: minted when something needs one, ended with the attempt.

A runner has no key of its own: it asks a broker, which decides by what the attempt is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from praktika.errors import OperatorError, PraktikaError
from praktika.model.task import Task
from praktika.ports.tokens import Grant, Token, TokenBroker

FETCH = {"contents": "read"}
USER = "x-access-token"
"""The name under which a token fetches."""


class Wallet:
    """The tokens of the attempt that a runner is at.

    Args:
        broker: mints for an attempt.
        repository_of: the `owner/name` that a URL is of, "" if it is none of the forge's.
    """

    def __init__(
        self, broker: Callable[[Task], TokenBroker], repository_of: Callable[[str], str]
    ) -> None:
        self._broker_of = broker
        self._repository_of = repository_of
        self._broker: TokenBroker | None = None
        self._minted: dict[str, Token] = {}

    @contextmanager
    def opened(self, task: Task) -> Iterator[None]:
        """Tokens are for this attempt in the block; after it there are none."""
        self._broker = self._broker_of(task)
        try:
            yield
        finally:
            for token in self._minted.values():
                with suppress(PraktikaError):  # it ends by itself within the hour
                    self._broker.revoke(token)
            self._minted.clear()
            self._broker = None

    def credentials(self, url: str) -> str:
        """`USER:PASSWORD` to fetch from a URL, "" if it is none of the forge's."""
        repository = self._repository_of(url)
        return f"{USER}:{self.token(repository, FETCH)}" if repository else ""

    def token(self, repository: str, permissions: Mapping[str, str]) -> str:
        """A token for this attempt alone.

        Raises:
            PraktikaError: the broker refuses, or does not answer.
        """
        if self._broker is None:
            raise OperatorError("a token was asked for outside of an attempt")
        key = f"{repository} {sorted(permissions.items())}"
        if key not in self._minted:
            grant = Grant(repository=repository, permissions=permissions)
            self._minted[key] = self._broker.own_token(grant)
        return self._minted[key].value
