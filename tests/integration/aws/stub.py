"""A server that gives one answer to every request, as AWS would word it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.aws_server import AwsServer

from praktika.adapters.aws.client import Clients


def xml(code: str, message: str = "on purpose") -> bytes:
    """An error of S3."""
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()


def json(code: str, message: str = "on purpose") -> bytes:
    """An error of everything else that is used here."""
    return f'{{"__type":"com.amazon#{code}","message":"{message}"}}'.encode()


@contextlib.contextmanager
def answering(status: int, body: bytes, *, cut: int = 0, **options: object) -> Iterator[Clients]:
    """Clients of a server that answers so, which try once.

    Args:
        status: of HTTP.
        body: of the answer.
        cut: bytes at its end that are promised and never come.
        options: of the clients.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def handle_expect_100(self) -> bool:
            super().handle_expect_100()
            self.wfile.flush()  # else the client waits for a second
            return True

        def serve(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(body) + cut))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()
            self.close_connection = self.close_connection or cut > 0

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve  # noqa: N815 - as its base has it

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield AwsServer(endpoint).clients(**{"attempts": 1, **options})
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
