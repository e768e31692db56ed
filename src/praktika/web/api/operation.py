"""An operation of the API: what it takes, what it gives, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from praktika.web.http.refusal import Refusal
from praktika.web.surface import Surface

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, as an operation sees it.

    Attributes:
        surface: the rest of praktika.
        login: of who asks; "" for a visitor.
        path: what stands in the path, by name.
        query: what stands behind the "?", by name.
        wish: what the body says; None if there is none.
    """

    surface: Surface
    login: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    wish: Any = None

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        """A number of the query.

        Raises:
            Refusal: 400, it is none, or out of bounds.
        """
        text = self.query.get(name, str(default))
        is_number = text.isascii() and text.isdigit() and len(text) < 16
        if not is_number or not low <= int(text) <= high:
            raise Refusal(400, "malformed", f"`{name}` is a number from {low} to {high:,}")
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parameter behind the "?"."""

    name: str
    text: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One of the API.

    Attributes:
        name: of the operation.
        method: of HTTP.
        path: below `PREFIX`, with `{names}`.
        text: what it does.
        do: does it, in a thread.
        gives: what the answer is.
        takes: what the body is; None if there is none.
        status: of an answer.
        query: parameters behind the "?".
        is_open: whether anybody may, without a token.
    """

    name: str
    method: str
    path: str
    text: str
    do: Callable[[Call], msgspec.Struct]
    gives: type[msgspec.Struct]
    takes: type[msgspec.Struct] | None = None
    status: int = 200
    query: tuple[Query, ...] = field(default=())
    is_open: bool = False

    @property
    def changes(self) -> bool:
        """Whether it takes a login, whoever may read."""
        return self.method != "GET"
