"""Requests that are not served: status, code and words of each."""

from __future__ import annotations

from praktika.errors import Absent, AuthorError, Conflict, Denied, PraktikaError, TransientError
from praktika.model.wire import WireError
from praktika.web.shapes import Failure, Fault


class Refusal(Exception):
    """A request that is not served.

    Args:
        status: of HTTP.
        code: for programs.
        text: what is wrong and what to do.
    """

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text

    @property
    def failure(self) -> Failure:
        """What a program is answered."""
        return Failure(error=Fault(code=self.code, text=self.text))


_MEANINGS: tuple[tuple[type[Exception], int, str], ...] = (
    (WireError, 400, "malformed"),
    (Absent, 404, "not_found"),
    (Denied, 403, "forbidden"),
    (Conflict, 409, "conflict"),
    (AuthorError, 422, "unprocessable"),
    (TransientError, 503, "unavailable"),
    (PraktikaError, 500, "misconfigured"),
)
"""The first that fits counts."""


def refusal_of(error: Exception) -> Refusal | None:
    """The refusal that an error amounts to; None for a bug."""
    if isinstance(error, Refusal):
        return error
    for kind, status, code in _MEANINGS:
        if isinstance(error, kind):
            return Refusal(status, code, str(error))
    return None
