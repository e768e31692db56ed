"""Requests about one repository, each with a token that may do just what it is for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec

from praktika.adapters.github.http.answer import Answer, Request
from praktika.adapters.github.http.site import party_of, path_of
from praktika.adapters.github.http.transport import Transport
from praktika.errors import Conflict, OperatorError
from praktika.ports.tokens import Grant, Token, TokenBroker

T = TypeVar("T")

READ = {"contents": "read", "pull_requests": "read"}
CHECKS = {"checks": "write"}
STATUSES = {"statuses": "write"}
COMMENTS = {"issues": "write", "pull_requests": "write"}
"""GitHub documents that either is enough; for comments under pull requests it is not always so."""

MERGE = {"contents": "write", "pull_requests": "write"}

MAX_PAGES = 100
"""Pages of a list, of 100 entries each."""


class Api:
    """The API of a GitHub for an app.

    Args:
        transport: sends requests.
        tokens: gives credentials.
    """

    def __init__(self, transport: Transport, tokens: TokenBroker) -> None:
        self._transport = transport
        self._tokens = tokens

    def on(self, repository: str, permissions: Mapping[str, str]) -> Session:
        """A way to ask about one repository, with these permissions only.

        Raises:
            Absent: no repository can have that name.
        """
        path_of(repository)
        grant = Grant(repository=repository, permissions=permissions)
        return Session(self._transport, self._tokens, grant)


class Session:
    """Requests about one repository. Paths are relative to it. Errors are those of `Forge`."""

    def __init__(self, transport: Transport, tokens: TokenBroker, grant: Grant) -> None:
        self._transport = transport
        self._tokens = tokens
        self._grant = grant

    def get(self, path: str, shape: type[T], **query: str | int) -> T:
        """What is there, in this shape."""
        return self._ask("GET", self._url(path, query)).read(shape)

    def pages(self, path: str, shape: type[T], **query: str | int) -> Iterator[T]:
        """All pages of a list, in this shape.

        Raises:
            OperatorError: they are too many.
        """
        url = self._url(path, {**query, "per_page": 100})
        for _ in range(MAX_PAGES):
            answer = self._ask("GET", url)
            yield answer.read(shape)
            url = answer.next
            if not url:
                return
        raise OperatorError(f"GitHub: {self._url(path, {})} has more than {MAX_PAGES} pages")

    def send(self, method: str, path: str, body: object, *, accept: Collection[int] = ()) -> Answer:
        """The answer to a change, good or with a status to `accept`."""
        return self._ask(method, self._url(path, {}), body, accept)

    def graphql(self, query: str, variables: Mapping[str, object]) -> None:
        """Carry out a mutation.

        Raises:
            Conflict: GitHub will not.
        """
        body = {"query": query, "variables": variables}
        errors = self._ask("POST", self._transport.site.graphql, body).read(_Outcome).errors
        if errors:
            raise Conflict(f"GitHub: {'; '.join(error.message for error in errors)[:400]}")

    def _url(self, path: str, query: Mapping[str, str | int]) -> str:
        whole = f"{path_of(self._grant.repository)}/{path}".rstrip("/")
        return f"{whole}?{urlencode(query)}" if query else whole

    def _ask(
        self, method: str, url: str, body: object = None, accept: Collection[int] = ()
    ) -> Answer:
        """The answer; a token that is refused before its time is given up, and another tried."""
        token = self._tokens.token(self._grant)
        answer = self._transport.send(
            self._request(method, url, body, token), accept={*accept, 401}
        )
        if answer.status != 401:
            return answer
        self._tokens.revoke(token)
        token = self._tokens.token(self._grant)
        return self._transport.send(self._request(method, url, body, token), accept=accept)

    def _request(self, method: str, url: str, body: object, token: Token) -> Request:
        repository, permissions = self._grant.repository, sorted(self._grant.permissions.items())
        return Request(
            method=method,
            url=url,
            party=party_of(repository),
            token=token.value,
            purview=f"{repository.lower()} {permissions}",
            body=body,
        )


class _Problem(msgspec.Struct, frozen=True):
    message: str = ""
    type: str = ""


class _Outcome(msgspec.Struct, frozen=True):
    errors: list[_Problem] = []
