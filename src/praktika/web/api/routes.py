"""The routes of the API, of health, metrics and webhooks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from praktika.model.wire import decode
from praktika.web.api import tokens
from praktika.web.api.openapi import openapi
from praktika.web.api.operation import PREFIX, Call, Operation
from praktika.web.api.operations import OPERATIONS
from praktika.web.http.blobs import file_answer
from praktika.web.http.exchange import Handler, House, Visit, as_json, refused
from praktika.web.http.limits import WEBHOOK_LIMIT, body_of
from praktika.web.http.refusal import Refusal


def api_routes(house: House) -> list[Route]:
    """All of them."""
    described = as_json(openapi(OPERATIONS, house.surface.url)).body

    async def document(visit: Visit) -> Response:
        await visit.reader()
        return Response(bytes(described), media_type="application/json")

    handlers: Sequence[tuple[str, str, Handler]] = (
        ("GET", "/healthz", _healthz),
        ("GET", "/metrics", _metrics),
        ("POST", "/webhooks/github", _webhook),
        ("POST", tokens.PATH, tokens.give),
        ("POST", f"{tokens.PATH}/revoke", tokens.take_back),
        ("GET", f"{PREFIX}/openapi.json", document),
        ("GET", PREFIX + "/runs/{run}/files/{path:path}", _file),
        *((each.method, PREFIX + each.path, _handler(each)) for each in OPERATIONS),
    )
    return [
        Route(path, house.endpoint(path, handler, refused), methods=[method])
        for method, path, handler in handlers
    ]


def _handler(operation: Operation) -> Handler:
    async def answer(visit: Visit) -> Response:
        login = await (visit.writer() if operation.changes else visit.reader())
        call = Call(
            surface=visit.house.surface,
            login=login,
            path=visit.request.path_params,
            query=visit.request.query_params,
            wish=await _wish(visit, operation.takes) if operation.takes else None,
        )
        given = await visit.house.threads.do(operation.do, call)
        return as_json(given, operation.status)

    return answer


async def _wish(visit: Visit, kind: type[msgspec.Struct]) -> msgspec.Struct:
    # A browser sends no other site's request with this type unless we allowed it, which we do not.
    said = visit.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != "application/json":
        raise Refusal(415, "not_json", "the body has to be application/json")
    return decode(await body_of(visit.request), kind)


async def _file(visit: Visit) -> Response:
    await visit.reader()
    found = visit.request.path_params
    headers = {
        "content-type": "application/octet-stream",
        "content-disposition": "attachment",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    return await file_answer(visit, found["run"], found["path"], headers)


async def _healthz(visit: Visit) -> Response:
    health = await visit.house.threads.do(visit.house.surface.health)
    return as_json(health, 200 if health.status == "ok" else 503)


async def _metrics(visit: Visit) -> Response:
    if not visit.house.surface.are_metrics_public:
        await visit.reader()
    accept = visit.request.headers.get("accept", "")
    text, kind = await visit.house.threads.do(visit.house.metrics.text, accept)
    return Response(text, headers={"content-type": kind})


async def _webhook(visit: Visit) -> Response:
    receive = visit.house.surface.receive
    if receive is None:
        raise Refusal(404, "not_found", "this server is not set up for webhooks")
    # Several headers of one name are no headers of GitHub's; the first one counts.
    headers = {name.lower(): value for name, value in reversed(visit.request.headers.items())}
    async with visit.house.bulk.room(visit.request):
        body = await body_of(visit.request, WEBHOOK_LIMIT)
        answer = await visit.house.receivers.do(receive, headers, body)
    visit.house.metrics.received(answer.status)
    return PlainTextResponse(answer.text, answer.status)
