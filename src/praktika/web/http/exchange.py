"""From a request to its answer: who asks, what is counted, what becomes of errors."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from structlog.typing import FilteringBoundLogger

from praktika.model.wire import encode
from praktika.web.http.guard import Guard
from praktika.web.http.limits import Bulk
from praktika.web.http.refusal import Refusal, refusal_of
from praktika.web.http.threads import Threads
from praktika.web.metrics import Metrics
from praktika.web.surface import Surface

Handler = Callable[["Visit"], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]
OnRefusal = Callable[[Request, Refusal], Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What all requests have in common.

    Attributes:
        surface: the rest of praktika.
        guard: knows who asks.
        threads: for what may wait.
        receivers: the same, for webhooks, which must not wait for readers.
        bulk: room for large webhooks.
        metrics: count.
        log: is told of bugs.
    """

    surface: Surface
    guard: Guard
    threads: Threads
    receivers: Threads
    bulk: Bulk
    metrics: Metrics
    log: FilteringBoundLogger

    def endpoint(self, route: str, handler: Handler, on_refusal: OnRefusal) -> Endpoint:
        """What Starlette calls for a route.

        Args:
            route: as metrics name it.
            handler: answers, or raises.
            on_refusal: puts an error into words.
        """

        async def answer(request: Request) -> Response:
            began = time.monotonic()
            try:
                response = await handler(Visit(house=self, request=request))
            except Exception as error:  # noqa: BLE001 - the edge: it is answered, and logged
                response = on_refusal(request, self._refusal(route, error))
            seconds = time.monotonic() - began
            self.metrics.saw(route, request.method, response.status_code, seconds)
            return response

        return answer

    def _refusal(self, route: str, error: Exception) -> Refusal:
        refusal = refusal_of(error)
        if refusal is not None:
            if refusal.status >= 500:
                self.log.error("request.refused", route=route, reason=refusal.text)
            return refusal
        self.log.error("request.failed", route=route, exc_info=error)
        return Refusal(500, "bug", "this is a bug of praktika; its log says more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request."""

    house: House
    request: Request

    async def login(self) -> str:
        """The login of who asks; "" for one that brings no token.

        Raises:
            Refusal: 401, the token is none; 403, another site asks.
        """
        token = self.house.guard.token(self.request)
        if not token:
            return ""
        login = await self.house.threads.do(self.house.guard.login_of, token)
        if not login:
            raise Refusal(401, "unauthorized", "this token is not known here")
        return login

    async def reader(self) -> str:
        """The login of somebody who may read.

        Raises:
            Refusal: 401, they may not.
        """
        return await self._need(is_open=self.house.surface.is_public)

    async def writer(self) -> str:
        """The login of somebody who is known.

        Raises:
            Refusal: 401, they are not.
        """
        return await self._need(is_open=False)

    async def _need(self, *, is_open: bool) -> str:
        login = await self.login()
        if not login and not is_open:
            raise Refusal(
                401,
                "unauthorized",
                "this takes a token: `praktika serve token LOGIN` makes one on the server",
            )
        return login


def as_json(value: object, status: int = 200) -> Response:
    """An answer for programs."""
    return Response(encode(value), status, media_type="application/json")


def refused(_request: Request, refusal: Refusal) -> Response:
    """A refusal for programs."""
    response = as_json(refusal.failure, refusal.status)
    if refusal.status == 401:
        response.headers["www-authenticate"] = 'Bearer realm="praktika"'
    if refusal.status == 503:
        response.headers["retry-after"] = "5"
    return response
