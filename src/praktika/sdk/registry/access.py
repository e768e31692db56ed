"""Getting past a registry's "401 Unauthorized": with a token, or with a name and a password.

Credentials go to the registry that they are for and to the token server that it names, and only
encrypted, to this machine, or to a registry that is named as insecure.
"""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from praktika.sdk.registry.errors import NoAnswer, Refused, RegistryFailed
from praktika.sdk.registry.transport import Answer, ask, document_in, is_loopback

_CHALLENGE = re.compile(r"^\s*(bearer|basic)\b(.*)$", re.IGNORECASE | re.DOTALL)
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are to a registry. Its text does not show the password."""

    username: str
    password: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The value of an `Authorization` header."""
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()


class Challenge(NamedTuple):
    """How a registry wants to be shown who we are."""

    scheme: str
    parameters: dict[str, str]

    @classmethod
    def of(cls, answer: Answer) -> Challenge | None:
        """The one that a refusal names and that we know, or None."""
        for header in answer.headers.get_all("WWW-Authenticate") or ():
            found = _CHALLENGE.match(header)
            if found:
                pairs = _PARAMETER.findall(found[2])
                values = {name.lower(): quoted or bare for name, quoted, bare in pairs}
                return cls(found[1].lower(), values)
        return None


class Access:
    """Remembers the tokens of one registry; any number of threads may ask it.

    Args:
        registry: as people write it, for messages.
        login: who we are, or None.
        is_safe: whether a password may be sent to this address.
        timeout: seconds for one request.
    """

    def __init__(
        self,
        registry: str,
        login: Login | None,
        is_safe: Callable[[str], bool],
        *,
        timeout: float,
    ) -> None:
        self._registry = registry
        self._login = login
        self._is_safe = is_safe
        self._timeout = timeout
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def header(self, use: str) -> dict[str, str]:
        """What is known to open the door for this use, if anything is."""
        with self._lock:
            value = self._known.get(use, "")
        return {"Authorization": value} if value else {}

    def meet(self, url: str, use: str, answer: Answer) -> dict[str, str]:
        """What to send after a refusal of `url`.

        Raises:
            Refused: nothing helps.
            NoAnswer: the token server does not answer.
        """
        challenge = Challenge.of(answer)
        if challenge is None:
            raise Refused(f"{self._registry} refuses, and does not say how to log in")
        value = self._token(challenge) if challenge.scheme == "bearer" else self._basic(url)
        with self._lock:
            self._known[use] = value
        return {"Authorization": value}

    def _basic(self, url: str) -> str:
        if self._login is None:
            raise Refused(f"{self._registry} wants a name and a password, and there are none")
        if not self._is_safe(url):
            raise Refused(f"{self._registry} wants a password over a connection without encryption")
        return self._login.basic

    def _token(self, challenge: Challenge) -> str:
        realm = challenge.parameters.get("realm", "")
        try:
            address = urlsplit(realm)
        except ValueError:
            raise RegistryFailed(f"{self._registry} names '{realm}' for tokens") from None
        if not self._is_safe(realm) or address.username or not address.hostname:
            raise Refused(f"{self._registry} names '{realm}' for tokens, which is not encrypted")
        asked = {key: challenge.parameters.get(key, "") for key in ("service", "scope")}
        query = [(key, part) for key, text in asked.items() for part in _parts(key, text) if part]
        url = realm + ("&" if address.query else "?") + urlencode(query)
        headers = {"Accept": "application/json"}
        if self._login is not None:
            headers["Authorization"] = self._login.basic
        answer = ask("GET", url, headers, timeout=self._timeout)
        if answer.status in {400, 401, 403}:
            who = f"'{self._login.username}'" if self._login else "without credentials"
            raise Refused(f"{self._registry} gives no token to {who} (status {answer.status})")
        if answer.status != 200:
            text = f"{address.netloc}, the token server of {self._registry}, is not well"
            raise NoAnswer(f"{text} (status {answer.status})")
        return f"Bearer {_token_in(answer.body, address.netloc)}"


def encrypted(url: str, insecure: frozenset[str]) -> bool:
    """Whether a password may be sent there: encrypted, to this machine, or as the author allows."""
    address = urlsplit(url)
    if address.scheme == "https":
        return True
    return address.scheme == "http" and (is_loopback(address.netloc) or address.netloc in insecure)


def _parts(key: str, text: str) -> list[str]:
    """Several scopes stand in one text, and are sent one by one."""
    return text.split() if key == "scope" else [text]


def _token_in(body: bytes, server: str) -> str:
    document = document_in(body)
    token = document.get("token") or document.get("access_token")
    if not isinstance(token, str) or not re.fullmatch(r"[\x21-\x7e]+", token):
        raise RegistryFailed(f"{server} gave no token")
    return token
