"""Tokens of the forge for runners: not for people, and not part of the API that is described."""

from __future__ import annotations

from starlette.responses import Response

from praktika.model.tokens import TokenAsked, TokenReturned
from praktika.model.wire import decode
from praktika.web.http.exchange import Visit, as_json
from praktika.web.http.limits import body_of
from praktika.web.http.refusal import Refusal
from praktika.web.surface import TokenDesk

PATH = "/internal/v1/tokens"


async def give(visit: Visit) -> Response:
    """A token for an attempt."""
    desk, secret = _desk(visit)
    asked = decode(await body_of(visit.request), TokenAsked)
    return as_json(await visit.house.threads.do(desk.give, secret, asked))


async def take_back(visit: Visit) -> Response:
    """A token is not needed any more."""
    desk, secret = _desk(visit)
    returned = decode(await body_of(visit.request), TokenReturned)
    await visit.house.threads.do(desk.take_back, secret, returned)
    return as_json({})


def _desk(visit: Visit) -> tuple[TokenDesk, str]:
    desk = visit.house.surface.tokens
    if desk is None:
        raise Refusal(404, "not_found", "this server has no tokens of a forge")
    scheme, _, secret = visit.request.headers.get("authorization", "").partition(" ")
    return desk, secret.strip() if scheme.lower() == "bearer" else ""
