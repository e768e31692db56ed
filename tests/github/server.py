"""The HTTP server of the fake GitHub: REST, GraphQL and git on one port, and faults on demand."""

from __future__ import annotations

import re
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from tests.git_server import ask_git, read_body
from tests.github import access
from tests.github.api import Api, Request, Response

Kind = Literal["502", "503", "429", "hang", "reset", "lost", "slow"]
GIT = re.compile(r"/([^/]+/[^/]+?)(?:\.git)?/(info/refs|git-upload-pack|git-receive-pack)(\?.*)?")


@dataclass
class Fault:
    """What is to happen to requests.

    Attributes:
        kind: "lost" is carried out, and the connection breaks before the answer; "hang" is
            carried out never, and answered when the server ends; "slow" is answered late.
        left: how many requests more.
        method, path: only to requests that fit; the path is a regular expression.
        seconds: to wait if "slow", or Retry-After of 429.
    """

    kind: Kind
    left: int = 1
    method: str = ""
    path: str = ""
    seconds: float = 0.0

    def takes(self, method: str, path: str) -> bool:
        if self.left <= 0 or self.method not in {"", method} or not re.search(self.path, path):
            return False
        self.left -= 1
        return True


class Server(ThreadingHTTPServer):
    """Serves.

    Args:
        api: answers.
        base: path of the REST API, such as "/api/v3"; "" for the root.
        pushed: hears of a repository that git has pushed to, its refs before, and by whom.

    Attributes:
        faults: to come.
        requests: method and path of all requests.
        git_requests: those of git.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, api: Api, base: str, pushed: Callable[[str, dict[str, str]], None]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api
        self.base = base
        self.pushed = pushed
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.ended = threading.Event()
        self._faulty = threading.Lock()
        self._open: set[socket.socket] = set()

    def fault(self, method: str, path: str) -> Fault | None:
        """The one that is to happen to this request."""
        with self._faulty:
            return next((each for each in self.faults if each.takes(method, path)), None)

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that are open."""
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):  # clients may go away whenever they like
            self.api.violations.append(f"our fault: {traceback.format_exc()}")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        try:
            self._handle()
        except ConnectionError:
            self.close_connection = True

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 # as http.server finds them

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(timestamp or self.server.api.state.clock.now())

    def log_message(self, *_: object) -> None:
        pass

    def _handle(self) -> None:
        server = self.server
        server.requests.append(f"{self.command} {self.path}")
        body = read_body(self.headers, self.rfile)
        fault = server.fault(self.command, self.path)
        if fault is not None and fault.kind not in {"lost", "slow"}:
            self._fail(fault)
            return
        response = self._response(body)
        if fault is not None and fault.kind == "slow":
            server.ended.wait(fault.seconds)
        if fault is not None and fault.kind == "lost":
            self._reset()
            return
        self._send(response)

    def _response(self, body: bytes) -> Response:
        server = self.server
        if found := GIT.fullmatch(self.path):
            return self._git(found[1], found[2], found[3] or "", body)
        if self.command == "POST" and self.path in {"/graphql", "/api/graphql"}:
            return server.api.graphql(Request("POST", self.path, self.headers, body))
        if not self.path.startswith(f"{server.base}/"):
            server.api.violations.append(f"{self.command} {self.path}: not below {server.base}")
            return Response(404)
        path = self.path.removeprefix(server.base)
        return server.api.answer(Request(self.command, path, self.headers, body))

    def _git(self, name: str, service: str, query: str, body: bytes) -> Response:
        state = self.server.api.state
        writes = "git-receive-pack" in service + query
        given = self.headers.get("Authorization", "")
        with state.lock:
            status = access.may_fetch(state, name, given, writes=writes)
        if status != 200:
            ask = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
            return Response(status, ask)
        before = state.git.refs(name) if service == "git-receive-pack" else {}
        place = f"/{name}.git/{service}{query}"
        status, fields, rest = ask_git(state.git.folder, self.command, place, self.headers, body)
        if service == "git-receive-pack":
            self.server.pushed(name, before)
        return Response(status, dict(fields), rest)

    def _fail(self, fault: Fault) -> None:
        match fault.kind:
            case "reset":
                self._reset()
            case "hang":
                self.server.ended.wait()
                self.close_connection = True
            case kind:
                headers = {"Content-Type": "text/html"}
                if kind == "429":
                    headers["Retry-After"] = str(int(fault.seconds))
                self._send(Response(int(kind), headers, b"<html>Unicorn!</html>"))

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True
        # The file objects of the handler keep the socket open; what they hold is not sent.
        self.rfile.close()
        self.connection.close()

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for key, value in response.headers.items():
            self.send_header(key, value)
        if response.status not in {204, 304}:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if response.status not in {204, 304}:
            self.wfile.write(response.body)
        self.wfile.flush()
