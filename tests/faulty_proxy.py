"""A proxy in front of an AWS API server that fails some requests, in the ways in which they do.

    with FaultyProxy(server.endpoint, probability=0.1, seed=1) as proxy:
        clients = server.clients(endpoint=proxy.endpoint, timeout=1.0)
    print(proxy.report())

It counts requests by service and operation, failed ones included, so it also tells what something
costs. With probability 0 it only counts.
"""

from __future__ import annotations

import http.client
import random
import re
import socket
import socketserver
import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

THROTTLED, BROKEN, REFUSED, LOST, LATE = WAYS = ("throttled", "broken", "refused", "lost", "late")
"""Answered 503 or 500 before anything happened; closed before; closed after; answered too late."""

CORRUPTED = "corrupted"
"""Not one of `WAYS`: what was sent arrives with one byte changed."""

_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class FaultyProxy:
    """The proxy, running while it is entered.

    Args:
        endpoint: the URL of the server behind it.
        probability: of a request to fail.
        seed: of the choice which ones fail, and how.
        ways: how they may fail, some of `WAYS`.
        delay: seconds after which a late answer comes; more than the timeout of the clients.
    """

    def __init__(
        self,
        endpoint: str,
        *,
        probability: float = 0.0,
        seed: int = 0,
        ways: Sequence[str] = WAYS,
        delay: float = 3.0,
    ) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.faults: Counter[str] = Counter()
        self.probability = probability
        self.delay = delay
        self.target = urllib.parse.urlsplit(endpoint)
        self.ways = list(ways)
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def decide(self, service: str, operation: str) -> str:
        """Count a request, and say how it fails; "" for not at all."""
        with self._lock:
            self.counts[service, operation] += 1
            if self._random.random() >= self.probability:
                return ""
            way = self._random.choice(self.ways)
            self.faults[way] += 1
            return way

    def reset(self) -> None:
        """Count anew."""
        with self._lock:
            self.counts.clear()
            self.faults.clear()

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def report(self) -> str:
        """Lines of counts, for people."""
        lines = [f"{n:6}  {service} {operation}" for (service, operation), n in self.counts.items()]
        failed = ", ".join(f"{way} {number}" for way, number in sorted(self.faults.items()))
        return "\n".join(
            [*sorted(lines, reverse=True), f"{self.total:6}  in all; {failed or 'none failed'}"]
        )


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    proxy: FaultyProxy

    def handle_error(self, *_: object) -> None:
        """A client that hung up is what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._behind: http.client.HTTPConnection | None = None

    def finish(self) -> None:
        if self._behind is not None:
            self._behind.close()
        super().finish()

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        proxy = self.server.proxy
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        body = _read_body(self)
        service, operation = operation_of(self.command, self.path, self.headers)
        way = proxy.decide(service, operation)
        if way in (THROTTLED, BROKEN):
            self._refuse(service, 503 if way == THROTTLED else 500)
        elif way == REFUSED:
            self.close_connection = True
        else:
            if way == CORRUPTED and body:
                body = body[:-1] + bytes([body[-1] ^ 1])
            status, headers, answer = self._forward(body)
            if way == LATE:
                time.sleep(proxy.delay)
            if way in (LOST, LATE):
                self.close_connection = True
                return
            self._answer(status, headers, answer)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815 - as its base has it

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        if self._behind is None:
            target = self.server.proxy.target
            self._behind = http.client.HTTPConnection(
                target.hostname or "", target.port, timeout=60
            )
            self._behind.connect()
            self._behind.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        left_out = {"transfer-encoding", "content-length", "expect", "connection"}
        self._behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in left_out:
                self._behind.putheader(name, value)
        self._behind.putheader("Content-Length", str(len(body)))
        self._behind.endheaders(body or None)
        answer = self._behind.getresponse()
        return answer.status, answer.getheaders(), answer.read()

    def _refuse(self, service: str, status: int) -> None:
        code = (
            "InternalError"
            if status == 500
            else "SlowDown"
            if service == "s3"
            else "ThrottlingException"
        )
        if service == "s3":
            text = f"<Error><Code>{code}</Code><Message>on purpose</Message></Error>"
            headers = [("Content-Type", "application/xml")]
        else:
            text = f'{{"__type": "{code}", "message": "on purpose"}}'
            headers = [("Content-Type", "application/x-amz-json-1.0")]
        self._answer(status, headers, text.encode())

    def _answer(self, status: int, headers: Sequence[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in _HOP:
                self.send_header(name, value)
        length = {n.lower(): v for n, v in headers}.get("content-length")
        size = length if self.command == "HEAD" and length else str(len(body))
        self.send_header("Content-Length", size)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()


def _read_body(handler: BaseHTTPRequestHandler) -> bytes:
    """The body as it is to be forwarded: of one in chunks, its content."""
    if handler.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
    pieces = []
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        pieces.append(handler.rfile.read(size))
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass
    return b"".join(pieces)


def operation_of(method: str, path: str, headers: Any) -> tuple[str, str]:
    """Service and operation of a request, as AWS names them."""
    target = headers.get("X-Amz-Target", "")
    found = re.search(r"/\d{8}/[^/]+/([^/]+)/aws4_request", headers.get("Authorization", ""))
    service = found[1] if found else "unsigned"
    if target:
        return service, target.rpartition(".")[2]
    return service, _of_s3(method, path, headers) if service == "s3" else f"{method} {path[:40]}"


def _of_s3(method: str, path: str, headers: Any) -> str:
    where = urllib.parse.urlsplit(path)
    query = urllib.parse.parse_qs(where.query, keep_blank_values=True)
    of_object = where.path.strip("/").count("/") > 0
    if method == "POST":
        if "delete" in query:
            return "DeleteObjects"
        return "CreateMultipartUpload" if "uploads" in query else "CompleteMultipartUpload"
    if method == "PUT" and "partNumber" in query:
        return "UploadPart"
    if method == "PUT" and of_object:
        return "CopyObject" if headers.get("x-amz-copy-source") else "PutObject"
    if method == "PUT":
        return "PutPublicAccessBlock" if "publicAccessBlock" in query else "CreateBucket"
    if method == "GET":
        return "GetObject" if of_object else "ListObjectsV2"
    kinds = {"HEAD": "Head", "DELETE": "Delete"}
    return kinds.get(method, method) + ("Object" if of_object else "Bucket")
