"""Git over HTTP, as hosts of repositories serve it: `git http-backend` behind a small server."""

from __future__ import annotations

import base64
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit


class GitServer(ThreadingHTTPServer):
    """Serves all repositories below a folder.

    Args:
        folder: of the repositories.

    Attributes:
        login: `USER:PASSWORD` that is asked for, or "".
        requests: method and path of every request, in order.
        slow: seconds to wait in the middle of a pack.
        failing: how many of the next requests are answered with 503.
        elsewhere: URL that everybody is led to, or "".
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.login = ""
        self.requests: list[str] = []
        self.authorizations: list[str] = []
        self.slow = 0.0
        self.failing = 0
        self.elsewhere = ""

    def url(self, name: str, login: str = "") -> str:
        return f"http://{login + '@' if login else ''}127.0.0.1:{self.server_port}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: GitServer
    wbufsize = -1
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        server = self.server
        server.requests.append(f"{self.command} {self.path}")
        given = self.headers.get("Authorization", "")
        server.authorizations.append(given)
        body = read_body(self.headers, self.rfile)
        wanted = "Basic " + base64.b64encode(server.login.encode()).decode()
        if server.elsewhere:
            self.send_response(302)
            self.send_header("Location", server.elsewhere + self.path)
            self.end_headers()
        elif server.failing:
            server.failing -= 1
            self.send_error(503)
        elif server.login and given != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic realm=git")
            self.end_headers()
        else:
            with suppress(OSError):
                self._answer(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, body: bytes) -> None:
        status, fields, rest = ask_git(
            self.server.folder, self.command, self.path, self.headers, body
        )
        self.send_response(status)
        for key, value in fields:
            self.send_header(key, value)
        self.end_headers()
        if self.server.slow and b"PACK" in rest:
            self.wfile.write(rest[: len(rest) // 2])
            self.wfile.flush()
            time.sleep(self.server.slow)
            rest = rest[len(rest) // 2 :]
        self.wfile.write(rest)


def read_body(headers: Message, stream: BinaryIO) -> bytes:
    """The body of a request, chunked or not.

    Raises:
        ConnectionError: the client has gone away in the middle of it.
    """
    if "chunked" not in headers.get("Transfer-Encoding", ""):
        length = int(headers.get("Content-Length") or 0)
        whole = stream.read(length)
        if len(whole) < length:
            raise ConnectionAbortedError("the rest of the body did not come")
        return whole
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    stream.readline()
    return body


def ask_git(
    folder: Path, method: str, path: str, headers: Message, body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """How `git http-backend` answers for the repositories of a folder: status, headers, body."""
    asked = urlsplit(path)
    env = os.environ | {
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "uploadpack.allowAnySHA1InWant",
        "GIT_CONFIG_VALUE_0": "true",
        "PATH_INFO": asked.path,
        "QUERY_STRING": asked.query,
        "REQUEST_METHOD": method,
        "CONTENT_TYPE": headers.get("Content-Type", ""),
        "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
        "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
        "REMOTE_ADDR": "127.0.0.1",
    }
    ran = subprocess.run(
        ["git", "http-backend"], env=env, input=body, capture_output=True, check=False
    )
    head, _, rest = ran.stdout.partition(b"\r\n\r\n")
    fields = [line.partition(": ")[::2] for line in head.decode().split("\r\n")]
    status = next((value for key, value in fields if key == "Status"), "200")
    return int(status.split()[0]), [each for each in fields if each[0] != "Status"], rest


@contextmanager
def serve(folder: Path) -> Iterator[GitServer]:
    """A server of the repositories below a folder."""
    server = GitServer(folder)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
