"""The app: all routes over one surface."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from structlog.typing import FilteringBoundLogger

from praktika.web.api.operation import PREFIX
from praktika.web.api.routes import api_routes
from praktika.web.http.exchange import House, refused
from praktika.web.http.guard import Guard
from praktika.web.http.limits import Bulk, Polite
from praktika.web.http.refusal import Refusal
from praktika.web.http.threads import READERS, RECEIVERS, Threads
from praktika.web.metrics import Metrics
from praktika.web.pages.routes import page_refused, page_routes
from praktika.web.surface import Surface

_CODES = {404: "not_found", 405: "wrong_method"}
_TEXTS = {404: "there is nothing at this address", 405: "this address takes another method"}
_FOR_PROGRAMS = (f"{PREFIX}/", "/webhooks/", "/healthz", "/metrics")


def build_app(surface: Surface, log: FilteringBoundLogger) -> ASGIApp:
    """The app over a surface.

    Args:
        surface: the rest of praktika.
        log: is told of bugs.
    """
    house = House(
        surface=surface,
        guard=Guard(surface.login_of, surface.url),
        threads=Threads(READERS),
        receivers=Threads(RECEIVERS),
        bulk=Bulk(),
        metrics=Metrics(surface.measure),
        log=log,
    )

    async def no_route(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = error.status_code
        code, text = _CODES.get(status, "malformed"), _TEXTS.get(status, error.detail)
        house.metrics.saw("other", request.method, status, 0.0)
        put = refused if request.url.path.startswith(_FOR_PROGRAMS) else page_refused
        response = put(request, Refusal(status, code, text))
        response.headers.update(error.headers or {})
        return response

    app = Starlette(
        routes=[*api_routes(house), *page_routes(house)],
        exception_handlers={HTTPException: no_route},
    )
    app.router.redirect_slashes = False
    return Polite(app)
