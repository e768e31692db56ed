"""What is sent to GitHub, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from praktika.errors import Unavailable

T = TypeVar("T")

_NEXT = re.compile(r'<([^<>]+)>\s*;[^<]*\brel="?next"?')
_WORDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request.

    Attributes:
        method: of HTTP.
        url: whole, or a path below the base URL of the REST API, with its query.
        party: whose limits it counts against.
        token: a credential for it.
        purview: names what that credential may see; answers are kept for one purview only.
        body: is sent as JSON; None if there is none.
    """

    method: str
    url: str
    party: str
    token: str = field(default="", repr=False)
    purview: str = ""
    body: Any = None

    @property
    def resource(self) -> str:
        """Which of GitHub's primary limits it counts against."""
        return "graphql" if self.url.endswith("/graphql") else "core"

    def __str__(self) -> str:
        return f"{self.method} {self.url.partition('?')[0]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer.

    Attributes:
        status: of HTTP.
        headers: names in lower case.
        body: uncompressed.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

    def read(self, shape: type[T]) -> T:
        """The body, as this.

        Raises:
            Unavailable: it is something else.
        """
        try:
            return msgspec.json.decode(self.body, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            text = f"GitHub's answer is not what it should be ({self.status}): {error}"
            raise Unavailable(text) from error

    @property
    def next(self) -> str:
        """URL of the next page, or ""."""
        found = _NEXT.search(self.headers.get("link", ""))
        return found[1] if found else ""

    @property
    def said(self) -> str:
        """What GitHub says about it in words, in one line of a sensible length."""
        try:
            complaint = msgspec.json.decode(self.body, type=_Complaint)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return ""
        details = (_detail(error) for error in complaint.errors or ())
        text = "; ".join(filter(None, (complaint.message, *details)))
        return " ".join(text.split())[:_WORDS]


class _Complaint(msgspec.Struct, frozen=True):
    message: str = ""
    errors: Any = None


def _detail(error: Any) -> str:
    """One of the errors, which come as texts or as objects with these fields."""
    if not isinstance(error, dict):
        return str(error)
    if error.get("message"):
        return str(error["message"])
    return " ".join(str(error[key]) for key in ("resource", "field", "code") if error.get(key))
