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
import json
import platform
import re
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Self

from tests.aws_server import REGION, AwsServer
from tests.lambda_process import PATIENCE, Call, Deployed, Function, FunctionError, Handler, Server

__all__ = ["Deployed", "FunctionError", "LambdaHost", "Machine", "api_event", "here"]

ROUTES = {
    "/webhooks/github": ("webhook", False),
    "/internal/v1/tokens": ("token-broker", True),
    "/internal/v1/tokens/revoke": ("token-broker", True),
}
"""The function of each route of the API, and whether IAM authorises it."""


@dataclass(frozen=True)
class Machine:
    """The keys of a role session, and its ARN."""

    access: str
    secret: str
    arn: str


class LambdaHost:
    """Runs functions, and answers for the API and for Lambda while it is entered.

    Args:
        aws: the server whose queues and objects they use, and the account of the installation.
        python: that they run on.
    """

    def __init__(self, aws: AwsServer, python: str = sys.executable) -> None:
        self.aws = aws
        self.python = python
        self._functions: dict[str, Function] = {}
        self._machines: dict[str, Machine] = {}
        self._stack = contextlib.ExitStack()
        self._server = Server(_front(self))
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
        self._functions[deployed.name] = Function(
            deployed,
            self.folder,
            self.python,
            {**self.aws.environment(), "AWS_ENDPOINT_URL_LAMBDA": self.url},
        )

    def trust(self, machine: Machine) -> None:
        """Let the API know a role session."""
        self._machines[machine.access] = machine

    def invoke(self, name: str, event: Any) -> Any:
        """What a function returns.

        Raises:
            FunctionError: it failed.
        """
        call = self.call(name, event)
        if not call.done.wait(PATIENCE):
            raise FunctionError(f"{name} does not answer: {self.output(name)[-2000:]}")
        if call.error:
            raise FunctionError(call.error)
        return call.answer

    def call(self, name: str, event: Any) -> Call:
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


def _front(host: LambdaHost) -> type[BaseHTTPRequestHandler]:
    """The API, and Lambda itself."""

    class Front(Handler):
        def do_POST(self) -> None:  # noqa: N802 - the name is the base class's
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


def here() -> tuple[str, str]:
    """The Python and the architecture of this machine, as a `Target` has them."""
    machine = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
    return f"{sys.version_info.major}.{sys.version_info.minor}", machine
