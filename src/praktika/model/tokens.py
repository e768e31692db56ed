"""What runners and the server tell each other of tokens; values are never logged or stored."""

from __future__ import annotations

import msgspec


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt of a job of a run, that somebody speaks for.

    Attributes:
        run: id of the run.
        job: key.
        attempt: 1-based.
    """

    run: str
    job: str
    attempt: int


class TokenAsked(Attempt, frozen=True, kw_only=True):
    """The runner of an attempt asks for a token.

    Attributes:
        repository: `owner/name`, the only one that it is for.
        permissions: "read" or "write" by name of the permission.
    """

    repository: str
    permissions: dict[str, str]


class TokenGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A token for this attempt alone.

    Attributes:
        value: the secret itself.
        expires: in seconds since the epoch.
    """

    value: str
    expires: float

    def __repr__(self) -> str:
        return f"TokenGiven(expires={self.expires!r})"


class TokenReturned(Attempt, frozen=True, kw_only=True):
    """The attempt needs a token no more: it is to be revoked."""

    value: str

    def __repr__(self) -> str:
        return f"TokenReturned(run={self.run!r}, job={self.job!r}, attempt={self.attempt})"
