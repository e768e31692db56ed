"""Which function answers what, and what all of them are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.github.state import Repository, State, Token
from tests.github.views import Views

if TYPE_CHECKING:
    from tests.github.deliveries import Deliveries
    from tests.github.events import Events

REPO = "/repos/{owner}/{repo}"


class Refused(Exception):
    """GitHub says no."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


@dataclass
class Answer:
    """What GitHub says; a text as body is sent as it is."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Call:
    """A request that is well-formed and allowed.

    Attributes:
        token: None for the app itself.
        path: without base and query.
    """

    state: State
    views: Views
    events: Events
    deliveries: Deliveries
    given: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    token: Token | None
    accept: str
    url: str

    @property
    def repository(self) -> Repository:
        return self.state.repositories[self.name]

    @property
    def name(self) -> str:
        return f"{self.given['owner']}/{self.given['repo']}"

    @property
    def login(self) -> str:
        return f"{self.state.app.slug}[bot]"

    def commit(self, revision: str) -> str:
        """The id of the commit that this means.

        Raises:
            Refused: there is none.
        """
        sha = self.state.git.resolve(self.name, revision)
        if not sha:
            raise Refused(422, f"No commit found for SHA: {revision}")
        return sha

    def page(self, items: Sequence[Any], write: Callable[[Any], Any]) -> Answer:
        """A page of a list."""
        chosen, headers = self.part(items)
        return Answer([write(item) for item in chosen], headers=headers)

    def part(self, items: Sequence[Any]) -> tuple[Sequence[Any], dict[str, str]]:
        """The items of the page that is asked for, and the links to the others."""
        size = int(self.query.get("per_page", "30"))
        number = int(self.query.get("page", "1"))
        last = max(1, -(-len(items) // size))
        links = {}
        if number > 1:
            links |= {"prev": number - 1, "first": 1}
        if number < last:
            links |= {"next": number + 1, "last": last}
        text = ", ".join(f'<{self._at(page)}>; rel="{rel}"' for rel, page in links.items())
        return items[(number - 1) * size : number * size], {"Link": text} if text else {}

    def _at(self, page: int) -> str:
        return f"{self.url}?{urlencode({**self.query, 'page': page})}"


@dataclass(frozen=True)
class Route:
    """A function that answers, and who may ask.

    Attributes:
        needs: permission and level; "app" for the app itself; "token" for any token.
    """

    answer: Callable[[Call], Answer]
    needs: str


ROUTES: dict[tuple[str, str], Route] = {}


def route(
    method: str, path: str, needs: str
) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    """The function answers this from now on."""

    def remember(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        ROUTES[method, path] = Route(answer, needs)
        return answer

    return remember
