"""The API of an installation, as API Gateway has it: HTTP in, events of its functions out.

Routes of IAM are for whoever signs: the signature is verified, and the function is told whose
session it is. A machine here has the session token `<role>/<instance>`.
"""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

Invoke = Callable[[dict[str, Any]], dict[str, Any]]

WEBHOOK = "/webhooks/github"
TOKENS = "/internal/v1/tokens"
_CREDENTIAL = re.compile(r"Credential=(\d{12})/\d{8}/([a-z0-9-]+)/execute-api/aws4_request, ")


class Gateway(ThreadingHTTPServer):
    """An API.

    Args:
        account: 12 digits.
        secret: with which sessions of the account sign.

    Attributes:
        functions: what answers, by route; one that is missing answers 503.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, account: str, secret: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.account = account
        self.secret = secret
        self.functions: dict[str, Invoke] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def caller(self, handler: BaseHTTPRequestHandler, body: bytes) -> str:
        """The ARN of the session that has signed a request, "" if none has."""
        headers = handler.headers
        found = _CREDENTIAL.search(headers.get("Authorization", ""))
        if found is None or found[1] != self.account:
            return ""
        at = datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(at.timestamp() - time.time()) > 300:
            return ""
        token = headers.get("X-Amz-Security-Token", "")
        signer = SigV4Auth(Credentials(found[1], self.secret, token), "execute-api", found[2])
        request = AWSRequest(method=handler.command, url=f"{self.url}{handler.path}", data=body)
        request.headers["X-Amz-Date"] = request.context["timestamp"] = headers["X-Amz-Date"]
        request.headers["X-Amz-Security-Token"] = token
        text = signer.string_to_sign(request, signer.canonical_request(request))
        signature = signer.signature(text, request)
        if not headers["Authorization"].endswith(f"Signature={signature}"):
            return ""
        return f"arn:aws:sts::{self.account}:assumed-role/{token}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        route = TOKENS if self.path.startswith(TOKENS) else self.path
        context: dict[str, Any] = {"http": {"method": "POST", "path": self.path}}
        if route == TOKENS:
            arn = self.server.caller(self, body)
            if not arn:
                self._answer(403, {}, b'{"message":"Forbidden"}')
                return
            context["authorizer"] = {"iam": {"userArn": arn}}
        invoke = self.server.functions.get(route)
        if invoke is None:
            self._answer(503, {}, b'{"message":"Service Unavailable"}')
            return
        event = {
            "version": "2.0",
            "rawPath": self.path,
            "rawQueryString": "",
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "requestContext": context,
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        try:
            told = invoke(event)
        except Exception:  # noqa: BLE001 - what a function raises, its callers see as this
            self._answer(500, {}, b'{"message":"Internal Server Error"}')
            return
        self._answer(told["statusCode"], told.get("headers", {}), told.get("body", "").encode())

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def gateway(account: str, secret: str = "test") -> Iterator[Gateway]:
    """An API without functions."""
    server = Gateway(account, secret)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
