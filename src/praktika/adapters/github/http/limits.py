"""GitHub's limits: when to be quiet, and how much is left.

The primary limit is a number of requests an hour for each installation, told with every answer. The
secondary ones are not told before they are broken; who goes on then is banned.
https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from praktika.adapters.github.http.answer import Answer, Request
from praktika.errors import Limited
from praktika.ports.clock import Clock

_UNTOLD = 60.0
_LONGEST = 3600.0 * 2
_WORDS = ("rate limit", "abuse detection")
_ALL = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a primary limit.

    Attributes:
        party: whose it is.
        resource: "core" for REST, or "graphql".
        limit: requests in an hour.
        remaining: of them, as of the last answer.
        reset: when they are all there again, in seconds since the epoch.
    """

    party: str
    resource: str
    limit: int
    remaining: int
    reset: float


class Limits:
    """Knows of each party when it may ask again. Any number of threads.

    Args:
        clock: tells the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[tuple[str, str], float] = {}
        self._left: dict[tuple[str, str], Left] = {}

    def check(self, request: Request) -> None:
        """Nothing, if the request may be sent.

        Raises:
            Limited: its party is to be quiet for a while.
        """
        with self._lock:
            keys = ((request.party, _ALL), (request.party, request.resource))
            until = max(self._until.get(key, 0.0) for key in keys)
        if until > self._clock.now():
            raise Limited(f"GitHub: {request}: not sent, a limit is in force", until)

    def heed(self, request: Request, answer: Answer) -> None:
        """Take in what an answer tells of limits.

        Raises:
            Limited: the answer is a refusal because of one.
        """
        left = _left(request, answer)
        until = self._refused_until(request, answer)
        key = (request.party, request.resource)
        with self._lock:
            if left is not None:
                self._left[key] = left
                if left.remaining == 0:
                    self._until[key] = self._bounded(left.reset)
            if until and (left is None or left.remaining > 0):
                self._until[request.party, _ALL] = until
        if until:
            raise Limited(f"GitHub: {request}: {answer.status}, we have asked too much", until)

    def left(self) -> list[Left]:
        """What is left of each primary limit that we have heard of."""
        with self._lock:
            return list(self._left.values())

    def _refused_until(self, request: Request, answer: Answer) -> float:
        """When to ask again; 0.0 if the answer is no refusal because of a limit."""
        remaining = answer.headers.get("x-ratelimit-remaining", "")
        wait = _number(answer.headers.get("retry-after", ""))
        match answer.status:
            case 429:
                is_limit = True
            case 403:
                is_limit = wait > 0 or remaining == "0" or _speaks_of_limits(answer)
            case _:
                # GraphQL answers all questions with 200.
                is_limit = request.resource == "graphql" and b'"RATE_LIMITED"' in answer.body
        if not is_limit:
            return 0.0
        if wait > 0:
            return self._bounded(self._clock.now() + wait)
        reset = _number(answer.headers.get("x-ratelimit-reset", ""))
        if remaining == "0" and reset > 0:
            return self._bounded(reset)
        return self._clock.now() + _UNTOLD

    def _bounded(self, until: float) -> float:
        """A time in the near future, whatever the clocks and GitHub say."""
        now = self._clock.now()
        return min(max(until, now + 1.0), now + _LONGEST)


def _speaks_of_limits(answer: Answer) -> bool:
    said = answer.said.lower()
    return any(word in said for word in _WORDS)


def _number(text: str) -> float:
    """A header that holds whole seconds; 0.0 if it does not."""
    return float(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0.0


def _left(request: Request, answer: Answer) -> Left | None:
    told = [answer.headers.get(f"x-ratelimit-{it}", "") for it in ("limit", "remaining", "reset")]
    if not all(text.isascii() and text.isdigit() for text in told):
        return None
    limit, remaining, reset = map(int, told)
    return Left(
        party=request.party,
        resource=request.resource,
        limit=limit,
        remaining=remaining,
        reset=float(reset),
    )
