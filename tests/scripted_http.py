"""An HTTP server that says what a test has written down, and remembers what it was asked.

    with ScriptedServer() as server:
        server.say(200, {"a": 1})
        ...
    assert server.asked[0].path == "/x"

Answers are given in the order in which they were written; without any left, it says 599.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Asked:
    """A request; names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Said:
    """An answer. `cut` closes the connection in the middle of it; `pause` is between its bytes."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    cut: bool = False
    pause: float = 0.0


class ScriptedServer:
    """The server, running while it is entered.

    Args:
        tls: what it is encrypted with.

    Attributes:
        url: of it.
        asked: the requests so far.
        hook: called with each request before it is answered.
        most: how many requests were under way at the same time at most.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.hook: Callable[[Asked], object] = lambda _: None
        self.most = 0
        self._under_way = 0
        self._script: deque[Said] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_: None  # a client that does not trust us
            self.url = self.url.replace("http:", "https:")

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def say(
        self,
        status: int,
        body: Any = None,
        *,
        cut: bool = False,
        pause: float = 0.0,
        **headers: str,
    ) -> None:
        """Add an answer; an underscore in the name of a header stands for a hyphen."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._script.append(Said(status, data, named, cut, pause))

    def next_answer(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            self._under_way += 1
            self.most = max(self.most, self._under_way)
            said = self._script.popleft() if self._script else Said(599, b"no script", {})
        try:
            self.hook(asked)
        finally:
            with self._lock:
                self._under_way -= 1
        return said


def _handler(server: ScriptedServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def answer(self) -> None:
            size = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(size))
            self.write(server.next_answer(asked))

        def write(self, said: Said) -> None:
            if said.cut and not said.body:
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) + said.cut))
            self.end_headers()
            try:
                self.send(said)
            except OSError:
                self.close_connection = True

        def send(self, said: Said) -> None:
            if said.pause:
                for byte in said.body:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(said.pause)
                return
            if said.status not in {204, 304}:
                self.wfile.write(said.body)
            self.wfile.flush()
            self.close_connection = said.cut

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
