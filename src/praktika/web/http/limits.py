"""Limits that every request meets, and the headers that every answer has."""

from __future__ import annotations

import asyncio

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from praktika.web.http.refusal import Refusal

BODY_LIMIT = 1 << 20
"""Bytes of a request, but for webhooks."""

WEBHOOK_LIMIT = 25 << 20
"""Bytes of a webhook: GitHub sends no larger ones."""

BODY_SECONDS = 30.0
"""Within which a request has to be there."""

# Without any referrer, browsers say `Origin: null` of our own forms, too.
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Polite:
    """Gives every answer its headers.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def politely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, politely)


async def body_of(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """All bytes of a request.

    Raises:
        Refusal: there are more than `limit`, or they do not come in time.
    """
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        raise _too_large(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > limit:
                    raise _too_large(limit)
    except TimeoutError:
        raise Refusal(408, "too_slow", "the request did not come in time") from None
    except ClientDisconnect:
        raise Refusal(400, "malformed", "the request ended too early") from None
    return bytes(body)


def _too_large(limit: int) -> Refusal:
    return Refusal(413, "too_large", f"a request may have {limit:,} bytes")
