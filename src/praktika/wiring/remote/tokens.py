"""The tokens by which servers know us: a file of the user, lines of `URL TOKEN`."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from praktika.adapters.disk import os_fault, replacing
from praktika.errors import OperatorError

TOKEN = "PRAKTIKA_SERVER_TOKEN"  # noqa: S105 - the name of a variable
"""The variable that stands before the file."""

_PLAIN = re.compile(r"[!-~]{1,1000}")
_PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def token_for(server: str) -> str:
    """The token for the server of that address; "" if there is none.

    Raises:
        OperatorError: it is no token, or others may read the file.
    """
    token = os.environ.get(TOKEN, "").strip() or _kept().get(server, "")
    return checked_token(token) if token else ""


def keep_token(server: str, token: str) -> Path:
    """Keep the token for a server, instead of an earlier one; where it is kept.

    Raises:
        OperatorError: the file cannot be written, or others may read it.
    """
    kept = _kept() | {server: token}
    place = _place()
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(place) as file:
            os.fchmod(file.fileno(), _PRIVATE)
            file.writelines(f"{url} {kept[url]}\n".encode() for url in sorted(kept))
    except OSError as error:
        raise os_fault(error, f"cannot write {place}") from error
    return place


def checked_token(text: str) -> str:
    """The token itself, if it can be one.

    Raises:
        OperatorError: it cannot; the text does not show it.
    """
    if not _PLAIN.fullmatch(text):
        raise OperatorError("that is no token: one has 1 to 1,000 letters, digits and signs")
    return text


def _kept() -> dict[str, str]:
    place = _place()
    try:
        with place.open(encoding="ascii", errors="replace") as file:
            mode = os.fstat(file.fileno()).st_mode
            if mode & _OTHERS:
                raise OperatorError(f"others may read {place}; `chmod 600 {place}` mends that")
            words = [line.split() for line in file]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise os_fault(error, f"cannot read {place}") from error
    return {pair[0]: pair[1] for pair in words if len(pair) == 2}


def _place() -> Path:
    try:
        folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    except RuntimeError:
        raise OperatorError(
            f"there is no home folder for tokens; set HOME, or {TOKEN} to the token itself"
        ) from None
    return Path(folder).absolute() / "praktika" / "tokens"
