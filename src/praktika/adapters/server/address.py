"""Addresses of servers, and to which of them a token may travel."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from praktika.adapters.proxies import is_loopback
from praktika.errors import OperatorError

INSECURE = "PRAKTIKA_SERVER_INSECURE"
"""The variable that allows tokens to travel in the clear."""

_PLAIN = re.compile(r"[!-~]+")


def address(text: str, *, insecure: bool = False) -> str:
    """The URL of a server as it is written here, without a "/" at its end.

    Args:
        text: as a person typed it.
        insecure: whether a token may travel to other machines in the clear.

    Raises:
        OperatorError: it is none, or a token would travel in the clear.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or not _PLAIN.fullmatch(text) or parts.scheme not in {"http", "https"}:
        raise OperatorError(f"'{text}' is no address of a server, as https://ci.example.com is")
    if parts.username is not None or parts.query or parts.fragment:
        raise OperatorError(
            "the address of a server has neither a login nor a query: "
            "`praktika login URL` keeps the token for it"
        )
    if parts.scheme == "http" and not (insecure or is_loopback(host)):
        raise OperatorError(
            f"{parts.scheme}://{parts.netloc} is another machine, and everybody on the way could "
            f"read the token. Use https://, or set {INSECURE}=1 where that does not matter."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
