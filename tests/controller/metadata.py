"""The metadata service of a machine, over HTTP."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Metadata:
    """What it tells.

    Attributes:
        endpoint: its URL.
        paths: text by path, below `latest/`.
        token: the one that it takes; another one makes it forget the old.
    """

    endpoint: str = ""
    token: str = "t0"
    paths: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def tag(self, **tags: str) -> None:
        folder = "meta-data/tags/instance/"
        self.paths |= {folder + name: value for name, value in tags.items()}
        names = [path.removeprefix(folder) for path in self.paths if path.startswith(folder)]
        self.paths[folder] = "\n".join(name for name in names if name)


@contextlib.contextmanager
def serve() -> Iterator[Metadata]:
    known = Metadata()

    class Handler(BaseHTTPRequestHandler):
        def answer(self, status: int, text: str = "") -> None:
            self.send_response_only(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def do_PUT(self) -> None:
            assert self.path == "/latest/api/token"
            self.answer(200, known.token)

        def do_GET(self) -> None:
            path = self.path.removeprefix("/latest/")
            known.asked.append(path)
            if self.headers["X-aws-ec2-metadata-token"] != known.token:
                self.answer(401)
            elif path in known.paths:
                self.answer(200, known.paths[path])
            else:
                self.answer(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
