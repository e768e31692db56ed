"""HTTP to AWS: signed, over connections that are kept, tried again while that may help."""

from __future__ import annotations

import http.client
import os
import random
import re
import ssl
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from praktika.adapters.aws.light.refusals import Refused, Silent, Unsigned
from praktika.adapters.aws.light.signing import Keys, Letter, signed
from praktika.version import VERSION

_CONNECT = 5.0
_PAUSE = 0.05
_PASSING = {429, 500, 502, 503, 504}
_THROTTLED = re.compile(r"Throttl|SlowDown|TooManyRequests|RequestLimitExceeded")
_LOST = (http.client.HTTPException, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What AWS says; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service of AWS.

    Attributes:
        name: as signatures and addresses have it.
        variable: how the name of the variable with another endpoint ends.
    """

    name: str
    variable: str


def keys_here(environment: Mapping[str, str] = os.environ) -> Keys:
    """The credentials that the environment gives, as a function's does.

    Raises:
        Unsigned: it gives none.
    """
    access = environment.get("AWS_ACCESS_KEY_ID", "")
    secret = environment.get("AWS_SECRET_ACCESS_KEY", "")
    if not access or not secret:
        raise Unsigned("AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set")
    return Keys(access=access, secret=secret, token=environment.get("AWS_SESSION_TOKEN", ""))


class Wire:
    """Sends requests to the services of a region, from any number of threads.

    Args:
        region: of all services.
        endpoint: one URL for all of them; "" takes the variables AWS_ENDPOINT_URL_<SERVICE> and
            AWS_ENDPOINT_URL, or AWS itself.
        keys: whose requests these are; None looks into the environment at each request.
        timeout: seconds until a request without an answer is tried again.
        attempts: how often a request is made at most.
    """

    def __init__(
        self,
        region: str,
        *,
        endpoint: str = "",
        keys: Keys | None = None,
        timeout: float = 60.0,
        attempts: int = 4,
    ) -> None:
        self.region = region
        self._endpoint = endpoint
        self._keys = keys
        self._timeout = timeout
        self._attempts = attempts
        self._idle: dict[tuple[str, str], list[http.client.HTTPConnection]] = {}
        weakref.finalize(self, _close, self._idle)
        self._lock = threading.Lock()

    def endpoint(self, service: Service) -> str:
        """Another server's URL for this service, without a "/" at its end; "" for AWS's own."""
        said = self._endpoint or os.environ.get(f"AWS_ENDPOINT_URL_{service.variable}", "")
        return (said or os.environ.get("AWS_ENDPOINT_URL", "")).rstrip("/")

    def address(self, service: Service, host: str = "") -> str:
        """The base URL of a service, or of one of its hosts, such as a bucket."""
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        name = f"{host}.{service.name}" if host else service.name
        return self.endpoint(service) or f"https://{name}.{self.region}.{suffix}"

    def send(self, service: Service, letter: Letter, operation: str) -> Answer:
        """The answer to a request, if it is a good one.

        Raises:
            Refused: AWS says no.
            Silent: there is no answer.
        """
        for number in range(self._attempts):
            last = number + 1 == self._attempts
            try:
                answer = self._once(service, letter)
            except _LOST as error:
                if last or isinstance(error, ssl.SSLCertVerificationError):
                    raise Silent(f"{type(error).__name__}: {error}") from error
            else:
                if answer.status < 300:
                    return answer
                refusal = Refused.of(answer.status, answer.headers, answer.body, operation)
                passes = answer.status in _PASSING or _THROTTLED.search(refusal.code)
                if last or not passes:
                    raise refusal
            time.sleep(random.uniform(0.5, 1) * _PAUSE * 4**number)  # noqa: S311 - no secret
        raise AssertionError("the last attempt returns or raises")

    def _once(self, service: Service, letter: Letter) -> Answer:
        """What one request gives; a kept connection that was closed meanwhile costs nothing."""
        keys = self._keys or keys_here()
        named = Letter(
            method=letter.method,
            url=letter.url,
            headers={"User-Agent": f"praktika/{VERSION}", **letter.headers},
            body=letter.body,
        )
        headers = signed(named, keys, service=service.name, region=self.region, at=time.time())
        parts = urlsplit(letter.url)
        target = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        place = parts.scheme, parts.netloc
        while (kept := self._kept(place)) is not None:
            try:
                return self._exchange(kept, place, letter, target, headers)
            except (http.client.RemoteDisconnected, ConnectionError):
                continue
        return self._exchange(self._fresh(place), place, letter, target, headers)

    def _exchange(
        self,
        line: http.client.HTTPConnection,
        place: tuple[str, str],
        letter: Letter,
        target: str,
        headers: Mapping[str, str],
    ) -> Answer:
        try:
            line.request(letter.method, target, body=letter.body or None, headers=dict(headers))
            response = line.getresponse()
            body = response.read()
        except BaseException:
            line.close()
            raise
        if not response.will_close:
            with self._lock:
                self._idle.setdefault(place, []).append(line)
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, headers=names, body=body)

    def _kept(self, place: tuple[str, str]) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle.get(place)
            return idle.pop() if idle else None

    def _fresh(self, place: tuple[str, str]) -> http.client.HTTPConnection:
        scheme, host = place
        line = (
            http.client.HTTPSConnection(host, timeout=_CONNECT, context=self._trusted)
            if scheme == "https"
            else http.client.HTTPConnection(host, timeout=_CONNECT)
        )
        line.connect()
        sock: Any = line.sock
        sock.settimeout(self._timeout)
        return line

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        """Whom we take for AWS; reading all of the authorities takes a while: once."""
        return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)


def _close(idle: dict[tuple[str, str], list[http.client.HTTPConnection]]) -> None:
    for lines in idle.values():
        for line in lines:
            line.close()
