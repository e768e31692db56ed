"""Tokens: credentials for a short time and a narrow purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token may be used for.

    Attributes:
        repository: `owner/name`, the only one.
        permissions: "read" or "write" by GitHub's name of the permission ("contents", "checks" …);
            nothing else is allowed.
    """

    repository: str
    permissions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A credential. Its value is never logged, journalled or stored.

    Attributes:
        value: the secret itself.
        expires: in seconds since the epoch.
    """

    value: str = field(repr=False)
    expires: float


class TokenBroker(Protocol):
    """Mints tokens. Who may have which is decided here, not by whoever asks.

    Concurrency: any number of threads. Raises Denied for a grant that is refused, Absent for a
    repository that the app is not installed on, Limited and Unavailable as `Forge` does.
    """

    def token(self, grant: Grant) -> Token:
        """A token for this grant, valid for at least five more minutes. It may be shared."""

    def own_token(self, grant: Grant) -> Token:
        """A token that nobody else has, to be revoked by whoever has asked for it."""

    def revoke(self, token: Token) -> None:
        """End a token before its time; nothing if it is not valid any more."""
