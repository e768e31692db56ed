"""Listening: uvicorn, with the timeouts that it lacks."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""Within which a request's first line and headers have to be there."""

SEND_SECONDS = 60.0
"""Within which a client that we wait for has to read something."""

_HEAD_BYTES = 32 * 1024
_IDLE_SECONDS = 15
_CONNECTIONS = 500
_GRACE = 3


def listen(app: ASGIApp, listener: socket.socket, *, while_true: Callable[[], bool]) -> None:
    """Serve until `while_true` says otherwise; answers under way get a few seconds to end.

    Args:
        app: what answers.
        listener: an open socket; it is closed at the end.
        while_true: asked ten times a second.
    """
    config = uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="error",  # strangers must not fill the log
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_HEAD_BYTES,
    )
    _Server(config, while_true).run(sockets=[listener])


class _Server(uvicorn.Server):
    """A server that ends when it is told to, and leaves signals to whoever started it."""

    def __init__(self, config: uvicorn.Config, while_true: Callable[[], bool]) -> None:
        super().__init__(config)
        self._while_true = while_true

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing."""
        yield

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to end."""
        return await super().on_tick(counter) or not self._while_true()


class _Protocol(H11Protocol):
    """A connection that ends if its client keeps us waiting (slow-loris)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head: asyncio.TimerHandle | None = None
        self._sent: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        # asyncio does so only where the socket names its protocol. Without it, the body of an
        # answer waits 40 ms for the client to confirm the head.
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        for timer in (self._head, self._sent):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        """Go on, and wait for the rest of a head that is not complete."""
        super().handle_events()
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        elif self._head is not None:
            self._head.cancel()
            self._head = None

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._sent = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        if self._sent is not None:
            self._sent.cancel()
            self._sent = None
        super().resume_writing()

    def _await_head(self) -> None:
        if self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self.transport.abort)
