"""Signatures of requests to AWS, version 4.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNSIGNED = {"authorization", "connection", "expect", "user-agent", "x-amzn-trace-id"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Credentials of AWS.

    Attributes:
        access: the id.
        secret: what signs.
        token: of a session; "" for keys that stay.
    """

    access: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A request.

    Attributes:
        method: of HTTP.
        url: the whole of it; its path and query are escaped as they are sent.
        headers: besides those that signing adds.
        body: its bytes.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def signed(letter: Letter, keys: Keys, *, service: str, region: str, at: float) -> dict[str, str]:
    """All headers to send a request with.

    Args:
        letter: the request.
        keys: whose request it is.
        service: of AWS, as signatures name it.
        region: of AWS.
        at: when, in seconds since the epoch; AWS takes what is five minutes off.
    """
    moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(at))
    digest = hashlib.sha256(letter.body).hexdigest()
    headers = {**letter.headers, "Host": urlsplit(letter.url).netloc, "X-Amz-Date": moment}
    if keys.token:
        headers["X-Amz-Security-Token"] = keys.token
    if service == "s3":
        headers["X-Amz-Content-SHA256"] = digest
    lines = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    lines = {name: lines[name] for name in sorted(lines) if name not in _UNSIGNED}
    names = ";".join(lines)
    heads = "".join(f"{name}:{value}\n" for name, value in lines.items())
    where = _path(letter.url, service), _query(letter.url)
    request = "\n".join((letter.method, *where, heads, names, digest))
    scope = f"{moment[:8]}/{region}/{service}/aws4_request"
    text = "\n".join((_ALGORITHM, moment, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = ("AWS4" + keys.secret).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={keys.access}/{scope}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return headers


def _path(url: str, service: str) -> str:
    """The path as it is signed: all services but S3 escape it once more."""
    path = urlsplit(url).path or "/"
    return path if service == "s3" else quote(path, safe="/~")


def _query(url: str) -> str:
    pairs = [part.partition("=") for part in urlsplit(url).query.split("&") if part]
    return "&".join(f"{name}={value}" for name, _, value in sorted(pairs))
