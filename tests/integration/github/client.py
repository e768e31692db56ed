"""A client of the fake GitHub that knows nothing: what it is told to send, it sends."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from tests.github.hub import Hub

SHOP = "acme/shop"
REPO = f"/repos/{SHOP}"


@dataclass
class Told:
    """An answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Sends requests with a token, over one connection."""

    def __init__(self, hub: Hub, token: str) -> None:
        self.hub = hub
        self.token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", hub.server.server_port)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Told:
        known = {"Authorization": f"Bearer {self.token}", "User-Agent": "tests"}
        known |= {key.replace("_", "-"): value for key, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        where = self.hub.server.base + path
        try:
            self._connection.request(method, where, data, known)
            answer = self._connection.getresponse()
            return Told(answer.status, answer.headers, answer.read())
        except OSError:
            self.close()
            raise

    def get(self, path: str, **headers: str) -> Told:
        return self.ask("GET", REPO + path, **headers)

    def post(self, path: str, **body: Any) -> Told:
        return self.ask("POST", REPO + path, body)

    def timeout(self, seconds: float) -> None:
        """Wait no longer for answers from now on."""
        self._connection.close()
        self._connection.timeout = seconds

    def close(self) -> None:
        self._connection.close()


def signed(hub: Hub, *, key: str = "", **claims: Any) -> str:
    """A JWT of the app."""
    now = int(time.time() + hub.clock.ahead)
    known = {"iat": now - 30, "exp": now + 540, "iss": str(hub.app.id)} | claims
    return jwt.encode(known, _loaded(key or hub.app.private_key), algorithm="RS256")


@cache
def _loaded(key: str) -> Any:
    """A key; reading one takes longer than signing with it."""
    return serialization.load_pem_private_key(key.encode(), None)


def token_of(hub: Hub, **asked: Any) -> str:
    """A token of the installation on acme."""
    app = Client(hub, signed(hub))
    number = hub.state.installations["acme"].id
    told = app.ask("POST", f"/app/installations/{number}/access_tokens", asked or None)
    app.close()
    assert told.status == 201, told.body
    return str(told.json["token"])
