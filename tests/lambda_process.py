"""One function of `lambda_host`: its unpacked zip, its process, and the server that feeds it events."""

from __future__ import annotations

import contextlib
import functools
import json
import queue
import subprocess
import tempfile
import threading
import time
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.aws_server import REGION

_RUNTIME = (
    *("awslambdaric", "snapshot_restore_py", "simplejson", "runtime_client*"),
    *("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3"),
)
"""What the cloud's runtime has beside the standard library."""

_START = (
    "import sys; sys.path[:0] = [{task!r}, {runtime!r}]; sys.argv = ['bootstrap', {handler!r}]\n"
    "from awslambdaric.__main__ import main; main(sys.argv)"
)
PATIENCE = 60.0


class FunctionError(Exception):
    """A function has failed; the text is the error that its runtime has reported."""


@dataclass(frozen=True)
class Deployed:
    """A function: the name of it without the slug, its zip, its handler and its variables."""

    name: str
    zip: Path
    handler: str
    environment: Mapping[str, str]


@dataclass
class Call:
    event: Any
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: str = ""

    def end(self, answer: Any = None, error: str = "") -> None:
        self.answer, self.error = answer, error
        self.done.set()


class Function:
    """A function; its process starts with its first event.

    Args:
        deployed: see `Deployed`.
        folder: for all that it writes.
        python: that it runs on.
        variables: of the cloud: credentials and servers.
    """

    def __init__(
        self, deployed: Deployed, folder: Path, python: str, variables: Mapping[str, str]
    ) -> None:
        self._deployed = deployed
        self._folder, self._python, self._variables = folder, python, variables
        self.slug = deployed.environment.get("PRAKTIKA_PROJECT_SLUG", "")
        self._task = Path(tempfile.mkdtemp(prefix=f"{deployed.name}-", dir=folder))
        with zipfile.ZipFile(deployed.zip) as archive:
            archive.extractall(self._task)
        self.log = folder / f"{self._task.name}.log"
        self.log.touch()
        self._waiting: queue.Queue[Call] = queue.Queue()
        self._generation = 0
        self._given: dict[str, Call] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._server: Server | None = None

    def call(self, event: Any) -> Call:
        call = Call(event)
        with self._lock:
            self._waiting.put(call)
            if self._process is None or self._process.poll() is not None:
                self._start()
        return call

    def next(self, mine: int) -> Call | None:
        """The next event for the process of that generation; None if it was killed meanwhile."""
        while mine == self._generation:
            with contextlib.suppress(queue.Empty):
                call = self._waiting.get(timeout=0.05)
                if mine == self._generation:
                    self._given[call.id] = call
                    return call
                self._waiting.put(call)
        return None

    def end(self, id_: str, answer: Any = None, error: str = "") -> None:
        if id_ in self._given:
            self._given.pop(id_).end(answer, error)

    def idle(self) -> bool:
        return self._waiting.empty() and not self._given

    def kill(self) -> None:
        with self._lock:
            self._stop_serving()
            if self._process is not None:
                self._process.kill()
                self._process.wait()
        for id_ in list(self._given):
            self.end(id_, error="killed")

    def close(self) -> None:
        self.kill()

    def _stop_serving(self) -> None:
        """Give nothing more to the process that there is: what it asks now may arrive later."""
        self._generation += 1
        if self._server is not None:
            self._server.__exit__()
            self._server = None

    def _start(self) -> None:
        self._stop_serving()
        self._server = Server(_runtime(self, self._generation)).__enter__()
        name = f"{self.slug}-{self._deployed.name}".removeprefix("-")
        program = _START.format(
            task=str(self._task),
            runtime=str(_runtime_folder(self._folder)),
            handler=self._deployed.handler,
        )
        variables = {
            **self._variables,
            "AWS_LAMBDA_RUNTIME_API": self._server.url.removeprefix("http://"),
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": name,
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "LAMBDA_TASK_ROOT": str(self._task),
            "_HANDLER": self._deployed.handler,
            "PATH": "/usr/bin:/bin",
            **self._deployed.environment,
        }
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [self._python, "-I", "-S", "-B", "-c", program],
                env=variables,
                cwd=self._task,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )


class Server(ThreadingHTTPServer):
    """A server on a port of its own."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Whoever asked was killed."""

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        pass

    def taken(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with contextlib.suppress(OSError):
            self.wfile.flush()


def _runtime(function: Function, generation: int) -> type[BaseHTTPRequestHandler]:
    """The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html ."""

    class Runtime(Handler):
        def do_GET(self) -> None:
            call = function.next(generation)
            if call is None:
                self.close_connection = True
                return
            self.say(
                200,
                json.dumps(call.event).encode(),
                Lambda_Runtime_Aws_Request_Id=call.id,
                Lambda_Runtime_Deadline_Ms=str(int((time.time() + PATIENCE) * 1000)),
                Lambda_Runtime_Invoked_Function_Arn=f"arn:aws:lambda:{REGION}:0:function:x",
                Content_Type="application/json",
            )

        def do_POST(self) -> None:
            body, parts = self.taken(), self.path.split("/")
            match parts[-1]:
                case "response":
                    function.end(parts[-2], json.loads(body or b"null"))
                case "error" if parts[-2] == "init":
                    for call in (function.next(generation),):
                        if call is not None:
                            function.end(call.id, error=body.decode())
                case "error":
                    function.end(parts[-2], error=body.decode())
            self.say(202, b"{}")

    return Runtime


@functools.cache
def _runtime_folder(beside: Path) -> Path:
    """A folder with what the cloud's runtime has, and nothing of this virtual environment else."""
    import boto3

    folder = beside / "runtime"
    folder.mkdir()
    packages = Path(boto3.__file__).parents[1]
    for pattern in _RUNTIME:
        for found in packages.glob(pattern):
            (folder / found.name).symlink_to(found)
    return folder
