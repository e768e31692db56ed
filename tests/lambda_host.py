"""Functions as a cloud runs them: zips under AWS's own runtime client, behind an API and its IAM.

    with LambdaHost(aws_server) as host:
        host.add(Deployed("webhook", zips["webhook"], "praktika.lambdas.webhook.handler", variables))
        host.trust(Machine("AKIDMACHINE", "secret", "arn:aws:sts::…:assumed-role/demo-arm-role/i-0…"))
        httpx.post(f"{host.url}/webhooks/github", …)     # as GitHub calls it
        host.invoke("tick", {})                          # as EventBridge calls it, and waits

- `host.url` is the base URL of the API: `POST /webhooks/github` is open; the routes of tokens take
  requests signed with SigV4 (service `execute-api`) by a `Machine` that is trusted, else 403. The
  same URL is that of Lambda itself, for `AWS_ENDPOINT_URL_LAMBDA`: `Invoke`, waited for or not.
- A function is a process with nothing on its path but its zip and what the runtime brings (boto3 and
  the runtime client). It starts with its first event, deals with one after another, and starts anew
  after it was killed: `host.kill("webhook")`.
- `host.lines("tick")` is what it has logged; each line is JSON.
"""

from __future__ import annotations

import contextlib
import functools
import json
import platform
import queue
import re
import subprocess
import sys
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

from tests.aws_server import REGION, AwsServer

ROUTES = {
    "/webhooks/github": ("webhook", False),
    "/internal/v1/tokens": ("token-broker", True),
    "/internal/v1/tokens/revoke": ("token-broker", True),
}
"""The function of each route of the API, and whether IAM authorises it."""

_RUNTIME = (
    *("awslambdaric", "snapshot_restore_py", "simplejson", "runtime_client*"),
    *("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3"),
)
"""What the cloud's runtime has beside the standard library."""

_START = (
    "import sys; sys.path[:0] = [{task!r}, {runtime!r}]; sys.argv = ['bootstrap', {handler!r}]\n"
    "from awslambdaric.__main__ import main; main(sys.argv)"
)
_PATIENCE = 60.0


class FunctionError(Exception):
    """A function has failed; the text is the error that its runtime has reported."""


@dataclass(frozen=True)
class Deployed:
    """A function: the name of it without the slug, its zip, its handler and its variables."""

    name: str
    zip: Path
    handler: str
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Machine:
    """The keys of a role session, and its ARN."""

    access: str
    secret: str
    arn: str


@dataclass
class _Call:
    event: Any
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    answer: Any = None
    error: str = ""

    def end(self, answer: Any = None, error: str = "") -> None:
        self.answer, self.error = answer, error
        self.done.set()


class LambdaHost:
    """Runs functions, and answers for the API and for Lambda while it is entered.

    Args:
        aws: the server whose queues and objects they use, and the account of the installation.
        python: that they run on.
    """

    def __init__(self, aws: AwsServer, python: str = sys.executable) -> None:
        self.aws = aws
        self.python = python
        self._functions: dict[str, _Function] = {}
        self._machines: dict[str, Machine] = {}
        self._stack = contextlib.ExitStack()
        self._server = _Server(_front(self))
        self.url = self._server.url

    def __enter__(self) -> Self:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lambda-")))
        self._stack.enter_context(self._server)
        return self

    def __exit__(self, *_: object) -> None:
        for function in self._functions.values():
            function.close()
        self._stack.close()

    def add(self, deployed: Deployed) -> None:
        """Deploy a function, in place of an earlier one of that name."""
        if deployed.name in self._functions:
            self._functions.pop(deployed.name).close()
        self._functions[deployed.name] = _Function(self, deployed)

    def trust(self, machine: Machine) -> None:
        """Let the API know a role session."""
        self._machines[machine.access] = machine

    def invoke(self, name: str, event: Any) -> Any:
        """What a function returns.

        Raises:
            FunctionError: it failed.
        """
        call = self.call(name, event)
        if not call.done.wait(_PATIENCE):
            raise FunctionError(f"{name} does not answer: {self.output(name)[-2000:]}")
        if call.error:
            raise FunctionError(call.error)
        return call.answer

    def call(self, name: str, event: Any) -> _Call:
        """Call a function without waiting for it; it may have the slug before its name."""
        for known, function in self._functions.items():
            if name in {known, f"{function.slug}-{known}"}:
                return function.call(event)
        raise KeyError(name)

    def kill(self, name: str) -> None:
        """End the process of a function; its next event starts another."""
        self._functions[name].kill()

    def idle(self, name: str) -> bool:
        """Whether a function has dealt with all of its events."""
        return self._functions[name].idle()

    def output(self, name: str) -> str:
        """All that a function has written."""
        return self._functions[name].log.read_text()

    def lines(self, name: str, event: str = "") -> list[dict[str, Any]]:
        """What a function has logged, or those lines that are of one kind of event."""
        found = []
        for line in self.output(name).splitlines():
            with contextlib.suppress(ValueError):
                read = json.loads(line)
                if isinstance(read, dict) and event in {"", read.get("event")}:
                    found.append(read)
        return found

    def authorized(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
        """The ARN of whoever has signed a request; "" if that is nobody who is trusted."""
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/execute-api/aws4_request, ?"
            r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        machine = self._machines.get(found[1]) if found else None
        if not found or not machine or found[2] != REGION:
            return ""
        signed = {name: headers.get(name, "") for name in found[3].split(";")}
        return machine.arn if _sign(machine, method, url, signed, body) == found[4] else ""


def _sign(machine: Machine, method: str, url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The signature as botocore makes it, over these headers."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest(method=method, url=url, headers=dict(headers), data=body)
    request.context["timestamp"] = headers.get("x-amz-date", "")
    signer = SigV4Auth(Credentials(machine.access, machine.secret), "execute-api", REGION)
    return signer.signature(
        signer.string_to_sign(request, signer.canonical_request(request)), request
    )


class _Function:
    """A function: its unpacked zip, the server that its runtime asks for events, its process."""

    def __init__(self, host: LambdaHost, deployed: Deployed) -> None:
        self._host = host
        self._deployed = deployed
        self.slug = deployed.environment.get("PRAKTIKA_PROJECT_SLUG", "")
        self._task = Path(tempfile.mkdtemp(prefix=f"{deployed.name}-", dir=host.folder))
        with zipfile.ZipFile(deployed.zip) as archive:
            archive.extractall(self._task)
        self.log = host.folder / f"{self._task.name}.log"
        self.log.touch()
        self._waiting: queue.Queue[_Call] = queue.Queue()
        self._generation = 0
        self._given: dict[str, _Call] = {}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._server = _Server(_runtime(self))
        self._server.__enter__()

    def call(self, event: Any) -> _Call:
        call = _Call(event)
        with self._lock:
            self._waiting.put(call)
            if self._process is None or self._process.poll() is not None:
                self._start()
        return call

    def next(self) -> _Call | None:
        """The next event for the process that asks; None if it was killed meanwhile."""
        mine = self._generation
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
            self._generation += 1
            if self._process is not None:
                self._process.kill()
                self._process.wait()
        for id_ in list(self._given):
            self.end(id_, error="killed")

    def close(self) -> None:
        self.kill()
        self._server.__exit__()

    def _start(self) -> None:
        name = f"{self.slug}-{self._deployed.name}".removeprefix("-")
        program = _START.format(
            task=str(self._task),
            runtime=str(_runtime_folder(self._host.folder)),
            handler=self._deployed.handler,
        )
        variables = {
            **self._host.aws.environment(),
            "AWS_ENDPOINT_URL_LAMBDA": self._host.url,
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
                [self._host.python, "-I", "-S", "-B", "-c", program],
                env=variables,
                cwd=self._task,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )


class _Server(ThreadingHTTPServer):
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


class _Handler(BaseHTTPRequestHandler):
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


def _runtime(function: _Function) -> type[BaseHTTPRequestHandler]:
    """The Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html ."""

    class Runtime(_Handler):
        def do_GET(self) -> None:
            call = function.next()
            if call is None:
                self.close_connection = True
                return
            self.say(
                200,
                json.dumps(call.event).encode(),
                Lambda_Runtime_Aws_Request_Id=call.id,
                Lambda_Runtime_Deadline_Ms=str(int((time.time() + _PATIENCE) * 1000)),
                Lambda_Runtime_Invoked_Function_Arn=f"arn:aws:lambda:{REGION}:0:function:x",
                Content_Type="application/json",
            )

        def do_POST(self) -> None:
            body, parts = self.taken(), self.path.split("/")
            match parts[-1]:
                case "response":
                    function.end(parts[-2], json.loads(body or b"null"))
                case "error" if parts[-2] == "init":
                    for call in (function.next(),):
                        if call is not None:
                            function.end(call.id, error=body.decode())
                case "error":
                    function.end(parts[-2], error=body.decode())
            self.say(202, b"{}")

    return Runtime


def _front(host: LambdaHost) -> type[BaseHTTPRequestHandler]:
    """The API, and Lambda itself."""

    class Front(_Handler):
        def do_POST(self) -> None:
            body = self.taken()
            invoked = re.fullmatch(r"/2015-03-31/functions/([^/]+)/invocations", self.path)
            if invoked:
                self.invoke(invoked[1], body)
            elif self.path in ROUTES:
                self.route(*ROUTES[self.path], body)
            else:
                self.say(404, b'{"message":"Not Found"}')

        def route(self, name: str, signed: bool, body: bytes) -> None:
            headers = {key.lower(): value for key, value in self.headers.items()}
            arn = host.authorized("POST", f"{host.url}{self.path}", headers, body) if signed else ""
            if signed and not arn:
                self.say(403, b'{"message":"Forbidden"}')
                return
            try:
                answer = host.invoke(name, api_event(self.path, headers, body, arn))
            except (FunctionError, KeyError):
                self.say(500, b'{"message":"Internal Server Error"}')
                return
            said = {key.replace("-", "_"): value for key, value in answer["headers"].items()}
            self.say(answer["statusCode"], answer["body"].encode(), **said)

        def invoke(self, name: str, body: bytes) -> None:
            try:
                if self.headers.get("X-Amz-Invocation-Type") == "Event":
                    host.call(name, json.loads(body))
                    self.say(202)
                else:
                    self.say(200, json.dumps(host.invoke(name, json.loads(body))).encode())
            except KeyError:
                self.say(404, b"{}", x_amzn_errortype="ResourceNotFoundException")
            except FunctionError as error:
                self.say(200, str(error).encode(), X_Amz_Function_Error="Unhandled")

    return Front


def api_event(
    path: str, headers: Mapping[str, str], body: bytes, arn: str = "", *, binary: bool = False
) -> dict[str, Any]:
    """A request as an HTTP API passes it on, payload format 2.0."""
    import base64

    context: dict[str, Any] = {
        "accountId": "123456789012",
        "apiId": "api",
        "http": {"method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1"},
        "requestId": str(uuid.uuid4()),
        "routeKey": f"POST {path}",
        "stage": "$default",
        "timeEpoch": int(time.time() * 1000),
    }
    if arn:
        context["authorizer"] = {"iam": {"accountId": arn.split(":")[4], "userArn": arn}}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        binary = True
    return {
        "version": "2.0",
        "routeKey": f"POST {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": dict(headers),
        "requestContext": context,
        "body": base64.b64encode(body).decode() if binary else text,
        "isBase64Encoded": binary,
    }


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


def here() -> tuple[str, str]:
    """The Python and the architecture of this machine, as a `Target` has them."""
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    return f"{sys.version_info.major}.{sys.version_info.minor}", machine
