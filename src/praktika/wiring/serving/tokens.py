"""Tokens of people: who a token stands for. Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from pathlib import Path

import msgspec

from praktika.adapters.local.faults import os_fault
from praktika.errors import AuthorError, OperatorError
from praktika.model.wire import WireError, decode, pretty
from praktika.wiring.runs.presence import alone

PREFIX = "prk_"
"""How tokens begin, so that scanners of leaked secrets know one."""

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._\[\]-]{0,98}[A-Za-z0-9\]])?")


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    login: str
    sha256: str
    made: float


class _File(msgspec.Struct, frozen=True, kw_only=True):
    tokens: tuple[_Known, ...] = ()
    version: int = 1


class Tokens:
    """The tokens of an installation, in the file `tokens.json` of its folder.

    Args:
        state: the folder.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._path = state / "tokens.json"
        self._lock = threading.Lock()
        self._seen: tuple[int, int] = (0, 0)
        self._logins: dict[str, str] = {}

    def make(self, login: str, at: float) -> str:
        """A new token for a login; it is shown once and never again.

        Raises:
            AuthorError: that is no login.
        """
        if not _LOGIN.fullmatch(login):
            raise AuthorError(text=f"'{login}' is no login of GitHub.")
        token = PREFIX + secrets.token_urlsafe(32)
        known = _Known(login=login, sha256=_digest(token), made=at)
        with alone(self._state):
            self._write((*self._read().tokens, known))
        return token

    def revoke(self, login: str) -> int:
        """Let all tokens of a login be worth nothing from now on; how many there were."""
        with alone(self._state):
            known = self._read().tokens
            left = tuple(each for each in known if each.login.lower() != login.lower())
            self._write(left)
        return len(known) - len(left)

    def login_of(self, token: str) -> str:
        """The login that a token stands for, or "" if it is none. Read anew when the file changes.

        Raises:
            OperatorError: the file cannot be read.
        """
        if not token.startswith(PREFIX):
            return ""
        with self._lock:
            seen = self._stamp()
            if seen != self._seen:
                self._logins = {each.sha256: each.login for each in self._read().tokens}
                self._seen = seen
            return self._logins.get(_digest(token), "")

    def _stamp(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_ino

    def _read(self) -> _File:
        try:
            return decode(self._path.read_bytes(), _File)
        except FileNotFoundError:
            return _File()
        except OSError as error:
            raise os_fault(error, f"cannot read {self._path}") from error
        except WireError as error:
            raise OperatorError(f"{self._path} is damaged: {error}") from error

    def _write(self, tokens: tuple[_Known, ...]) -> None:
        draft = self._path.with_name(f"tokens.{os.getpid()}.draft")
        try:
            draft.unlink(missing_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "wb") as file:  # noqa: PTH123 - an open descriptor
                file.write(pretty(_File(tokens=tokens)))
            draft.replace(self._path)
        except OSError as error:
            raise os_fault(error, f"cannot write {self._path}") from error


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
