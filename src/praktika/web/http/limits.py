"""Limits that every request meets, and the headers that every answer has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from praktika.web.http.refusal import Refusal

BODY_LIMIT = 1 << 20
"""Bytes of a request, but for webhooks."""

WEBHOOK_LIMIT = 25 << 20
"""Bytes of a webhook: GitHub sends no larger ones."""

LARGE = 4
"""That many webhooks over `BODY_LIMIT` are in memory at a time: whose they are is known last."""

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


class Bulk:
    """Room for large requests, of which there could be as many as connections otherwise."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(LARGE)

    @asynccontextmanager
    async def room(self, request: Request) -> AsyncIterator[None]:
        """Wait until there is room for the request, and keep it in the block.

        Raises:
            Refusal: there is none for too long.
        """
        announced = _announced(request)
        if announced is not None and not BODY_LIMIT < announced <= WEBHOOK_LIMIT:
            yield
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._room.acquire()
        except TimeoutError:
            raise Refusal(503, "busy", "there are too many large requests; try later") from None
        try:
            yield
        finally:
            self._room.release()


async def body_of(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """All bytes of a request.

    Raises:
        Refusal: there are more than `limit`, or they do not come in time.
    """
    if (_announced(request) or 0) > limit:
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


def _announced(request: Request) -> int | None:
    """How many bytes a request says that it has; None if it does not say so."""
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _too_large(limit: int) -> Refusal:
    return Refusal(413, "too_large", f"a request may have {limit:,} bytes")
