"""A registry that answers as it is told, for what a real one does not do on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple, Self


class Asked(NamedTuple):
    method: str
    path: str
    authorization: str


class Reply(NamedTuple):
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed
    body: bytes = b""


class RegistryServer:
    """Answers each request with what `answer` makes of it.

    Attributes:
        host: `127.0.0.1:port`.
        asked: every request so far.
        answer: may be replaced at any time.
    """

    def __init__(self, answer: Callable[[Asked], Reply] = lambda _: Reply()) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.host = f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            wbufsize = 1 << 16

            def _reply(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                asked = Asked(self.command, self.path, self.headers.get("Authorization", ""))
                outer.asked.append(asked)
                reply = outer.answer(asked)
                self.send_response(reply.status)
                headers = {"Content-Length": str(len(reply.body)), **reply.headers}
                for key, text in headers.items():
                    self.send_header(key, text)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(reply.body)

            do_GET = do_HEAD = do_PUT = _reply  # noqa: N815 - the base class looks for these

            def log_message(self, *_: object) -> None:
                pass

        return Handler
