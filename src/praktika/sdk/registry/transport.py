"""One request over HTTP and its answer, whatever its status; redirects are not followed here."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import IO, Any, NamedTuple
from urllib.parse import urlsplit

from praktika.sdk.registry.errors import NoAnswer, RegistryFailed

BODY_LIMIT = 8 << 20
"""Bytes of an answer that are read: manifests have at most 4 MiB."""

_CHUNK = 1 << 16


class Answer(NamedTuple):
    """What a server said.

    Attributes:
        status: the number.
        headers: of the answer.
        body: at most `BODY_LIMIT` bytes.
    """

    status: int
    headers: Message
    body: bytes


class _Stay(urllib.request.HTTPRedirectHandler):
    """Gives redirects back to the caller, who knows which headers may go where."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        del req, fp, code, msg, headers, newurl


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is this machine."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def ask(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    timeout: float,
) -> Answer:
    """The answer to a request, also where it is a refusal or a redirect.

    Raises:
        NoAnswer: there was none, or it broke off.
        RegistryFailed: the address or the certificate is no good.
    """
    deadline = time.monotonic() + timeout
    host = urlsplit(url).netloc
    try:
        request = urllib.request.Request(  # noqa: S310 - the caller chose http or https
            url, data=body, headers=dict(headers), method=method
        )
        try:
            with _opener(host).open(request, timeout=timeout) as answer:
                return _read(method, answer.status, answer.headers, _body(answer, deadline))
        except urllib.error.HTTPError as error:
            with error:
                return _read(method, error.code, error.headers, _body(error, deadline))
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise RegistryFailed(f"{host}: its certificate is not good: {reason}") from error
        raise NoAnswer(f"{host} does not answer: {reason}") from error
    except ValueError as error:  # an address with spaces, a port that is no number
        raise RegistryFailed(f"{host}: {error}") from error


def _opener(host: str) -> urllib.request.OpenerDirector:
    # This machine is never behind a proxy.
    direct = [urllib.request.ProxyHandler({})] if is_loopback(host) else []
    return urllib.request.build_opener(_Stay(), *direct)


def document_in(body: bytes) -> dict[str, Any]:
    """The JSON object that an answer is; empty if it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _body(stream: Any, deadline: float) -> bytes:
    """What comes before the deadline: a server may be slow with each byte."""
    body = bytearray()
    while data := stream.read1(_CHUNK):
        body += data
        if len(body) > BODY_LIMIT:
            raise RegistryFailed(f"its answer has more than {BODY_LIMIT:,} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("its answer takes too long")
    return bytes(body)


def _read(method: str, status: int, headers: Message, body: bytes) -> Answer:
    length = str(headers.get("Content-Length", ""))
    if method != "HEAD" and length.isdigit() and len(body) < int(length):
        raise http.client.IncompleteRead(body, int(length) - len(body))
    return Answer(status, headers, body)
