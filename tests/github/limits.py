"""The limits that GitHub sets to whoever asks much.

See docs.github.com, "Rate limits for the REST API".
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable

from tests.github.rest.routing import Refused

AN_HOUR = 5_000
CONTENT_A_MINUTE = 80
CONTENT_AN_HOUR = 500
POINTS_A_MINUTE = 900
COSTS = {"GET": 1, "HEAD": 1}
DEAR = 5
SLOW_DOWN = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


class Limits:
    """Counts requests by whom they come from.

    Attributes:
        an_hour, content_a_minute, content_an_hour, points_a_minute: may be changed.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.an_hour = AN_HOUR
        self.content_a_minute = CONTENT_A_MINUTE
        self.content_an_hour = CONTENT_AN_HOUR
        self.points_a_minute = POINTS_A_MINUTE
        self._now = now
        self._used: Counter[str] = Counter()
        self._resets: dict[str, float] = {}
        self._recent: dict[str, deque[tuple[float, int, bool]]] = {}

    def check(self, who: str, method: str, *, makes_content: bool) -> None:
        """Count a request.

        Raises:
            Refused: it is one too many; that one does not count.
        """
        self._restart(who)
        if self._used[who] >= self.an_hour:
            raise Refused(403, f"API rate limit exceeded for {who}.", self.headers(who))
        recent = self._recent.setdefault(who, deque())
        now, cost = self._now(), COSTS.get(method, DEAR)
        while recent and recent[0][0] <= now - 3600:
            recent.popleft()
        minute = [each for each in recent if each[0] > now - 60]
        if sum(each[1] for each in minute) + cost > self.points_a_minute:
            self._slow_down(who, 60 - (now - minute[0][0]))
        if makes_content:
            content = [each for each in minute if each[2]]
            if len(content) >= self.content_a_minute:
                self._slow_down(who, 60 - (now - content[0][0]))
            content = [each for each in recent if each[2]]
            if len(content) >= self.content_an_hour:
                self._slow_down(who, 3600 - (now - content[0][0]))
        recent.append((now, cost, makes_content))
        self._used[who] += 1

    def unused(self, who: str) -> None:
        """The request just counted was answered with 304, which is free."""
        self._used[who] -= 1

    def headers(self, who: str) -> dict[str, str]:
        """What every answer says of the limit of an hour."""
        self._restart(who)
        return {
            "X-RateLimit-Limit": str(self.an_hour),
            "X-RateLimit-Remaining": str(max(0, self.an_hour - self._used[who])),
            "X-RateLimit-Used": str(self._used[who]),
            "X-RateLimit-Reset": str(int(self._resets[who])),
            "X-RateLimit-Resource": "core",
        }

    def _slow_down(self, who: str, wait: float) -> None:
        raise Refused(403, SLOW_DOWN, self.headers(who) | {"Retry-After": str(int(wait) + 1)})

    def _restart(self, who: str) -> None:
        if self._resets.get(who, 0.0) <= self._now():
            self._resets[who] = self._now() + 3600
            self._used[who] = 0
