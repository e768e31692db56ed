"""The REST API: validates, counts, asks the room `rest`, and validates again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.github import access, description
from tests.github.deliveries import Deliveries
from tests.github.description import Operation
from tests.github.events import Events
from tests.github.limits import Limits
from tests.github.rest import app, checks, graphql, hook, pulls, remarks, repositories
from tests.github.rest.routing import ROUTES, Answer, Call, Refused
from tests.github.state import State, Token
from tests.github.views import Views

ROOMS = (app, checks, hook, pulls, remarks, repositories)
CHECKS = "/repos/{owner}/{repo}/check-runs"


@dataclass
class Request:
    """What came in; `path` is without the base of the API, and with the query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Response:
    """What goes out."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Api:
    """Answers requests.

    Attributes:
        violations: what a client has asked, or we have answered, that GitHub's description forbids.
        counts: requests by method and path, as the description writes it; "304" and "refused"
            count those answered so.
    """

    def __init__(self, state: State, views: Views, events: Events, deliveries: Deliveries) -> None:
        self.state = state
        self.views = views
        self.events = events
        self.deliveries = deliveries
        self.limits = Limits(state.clock.now)
        self.violations: list[str] = []
        self.counts: Counter[str] = Counter()

    def answer(self, request: Request) -> Response:
        """The answer to a request."""
        with self.state.lock:
            try:
                return self._answer(request)
            except Refused as refused:
                self.counts["refused"] += 1
                return _json(refused.status, _told(refused), refused.headers)

    def graphql(self, request: Request) -> Response:
        """The answer to a request for the GraphQL API."""
        with self.state.lock:
            try:
                self.counts["POST /graphql"] += 1
                token = access.token(self.state, _credential(request))
                who = f"installation {token.installation.id}"
                self.limits.check(who, "POST", makes_content=True)
                told = graphql.ask(self.state, self.events, token, json.loads(request.body))
                return _json(200, told, self.limits.headers(who))
            except Refused as refused:
                return _json(refused.status, _told(refused), refused.headers)

    def _answer(self, request: Request) -> Response:
        path, _, _ = request.path.partition("?")
        asked = description.operation(request.method, path)
        known = ROUTES.get((asked.method, asked.path)) if asked else None
        if asked is None or known is None:
            self._violated(request, ["no such method and path here"])
            raise Refused(404, "Not Found")
        self.counts[f"{request.method} {asked.path}"] += 1
        token, who = self._who(request, asked, known.needs)
        makes = request.method in {"POST", "PATCH", "PUT"} and known.needs != "app"
        self.limits.check(who, request.method, makes_content=makes)
        call = self._call(request, asked, token)
        response = self._written(request, asked, known.answer(call))
        if response.status == 304:
            self.counts["304"] += 1
            self.limits.unused(who)
        response.headers |= self.limits.headers(who)
        return response

    def _who(self, request: Request, asked: Operation, needs: str) -> tuple[Token | None, str]:
        """Who asks, if they may."""
        value = _credential(request)
        if not value:
            raise Refused(401, "Requires authentication")
        if needs == "app":
            access.check_app(self.state, value)
            return None, "the app"
        found = access.token(self.state, value)
        if needs != "token":
            name = f"{asked.given['owner']}/{asked.given['repo']}"
            access.check_token(self.state, found, name, needs, reads=request.method == "GET")
        return found, f"installation {found.installation.id}"

    def _call(self, request: Request, asked: Operation, token: Token | None) -> Call:
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        wrong = list(description.wrong_query(asked, query))
        body = None
        try:
            body = json.loads(request.body) if request.body else None
        except ValueError:
            self._violated(request, ["the body is not JSON"])
            raise Refused(400, "Problems parsing JSON") from None
        wrong += description.wrong_body(asked, body)
        if not wrong and asked.path.startswith(CHECKS) and body is not None:
            wrong += checks.wrong_check(body)
        if not request.headers.get("User-Agent"):
            wrong.append("no User-Agent")
        if wrong:
            self._violated(request, wrong)
            raise Refused(422, f"Validation Failed: {'; '.join(wrong)}")
        url = f"{self.views.api}{parts.path}"
        accept = request.headers.get("Accept", "")
        return Call(
            self.state,
            self.views,
            self.events,
            self.deliveries,
            asked.given,
            query,
            body,
            token,
            accept,
            url,
        )

    def _written(self, request: Request, asked: Operation, answer: Answer) -> Response:
        if isinstance(answer.body, str):
            return Response(answer.status, dict(answer.headers), answer.body.encode())
        wrong = list(description.wrong_answer(asked, answer.status, answer.body))
        if wrong:
            self._violated(request, [f"our answer {answer.status}: {each}" for each in wrong])
        if answer.body is None:
            return Response(answer.status, dict(answer.headers))
        response = _json(answer.status, answer.body, answer.headers)
        if request.method == "GET":
            tag = f'W/"{hashlib.sha256(response.body).hexdigest()}"'
            response.headers["ETag"] = tag
            if request.headers.get("If-None-Match") == tag:
                return Response(304, response.headers)
        return response

    def _violated(self, request: Request, wrong: list[str]) -> None:
        self.violations += [f"{request.method} {request.path}: {each}" for each in wrong]


def _credential(request: Request) -> str:
    return access.credential(request.headers.get("Authorization", ""))


def _told(refused: Refused) -> dict[str, Any]:
    page = "https://docs.github.com/rest"
    return {"message": refused.message, "documentation_url": page, "status": str(refused.status)}


def _json(status: int, body: Any, headers: Mapping[str, str]) -> Response:
    kind = {"Content-Type": "application/json; charset=utf-8", "X-GitHub-Media-Type": "github.v3"}
    return Response(status, kind | dict(headers), json.dumps(body).encode())
