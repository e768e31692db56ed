"""The app that praktika is on GitHub: who it is, and how it proves that."""

from __future__ import annotations

import importlib
from typing import Any

from praktika.errors import OperatorError
from praktika.ports.clock import Clock

_BACK = 60
"""Seconds that a statement is dated back, for clocks that differ."""

_LIFE = 540
"""Seconds that a statement is valid for; GitHub allows 600."""


class Signer:
    """Signs statements with the app's private key.

    Args:
        app: the app's id, or its client id.
        key: the private key that GitHub has made, in PEM; its line ends may be escaped.
        clock: tells the time.

    Raises:
        OperatorError: the key cannot be used, or what reads it is not installed.
    """

    def __init__(self, app: str, key: str, clock: Clock) -> None:
        self.app = app
        self._clock = clock
        self._jwt = _library("jwt")
        self._key = _key_of(key)

    def __repr__(self) -> str:
        return f"Signer(app={self.app!r})"

    def statement(self) -> str:
        """A token of the app itself, valid for some minutes: a JSON Web Token, RS256."""
        now = int(self._clock.now())
        claims = {"iat": now - _BACK, "exp": now + _LIFE, "iss": self.app}
        return str(self._jwt.encode(claims, self._key, algorithm="RS256"))


def _key_of(key: str) -> Any:
    """The key in a PEM text. What is wrong with it is told without it."""
    serialization = _library("cryptography.hazmat.primitives.serialization")
    rsa = _library("cryptography.hazmat.primitives.asymmetric.rsa")
    text = key.replace("\\n", "\n").strip()
    try:
        found = serialization.load_pem_private_key(text.encode(), None)
    except Exception:  # noqa: BLE001 - its errors are of many kinds, and may quote the key
        found = None
    if not isinstance(found, rsa.RSAPrivateKey) or found.key_size < 2048:
        raise OperatorError(
            "The private key of the GitHub app cannot be used: it has to be the whole of an "
            "unencrypted RSA key in PEM, from '-----BEGIN' to the last line. Generate one on the "
            "app's page on GitHub, and use the file that you get as it is."
        )
    return found


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise OperatorError(
            f"{name.partition('.')[0]} is not installed, which GitHub apps need: "
            "pip install 'praktika[github]'"
        ) from error
