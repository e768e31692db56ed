"""What the database's machine runs when it starts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from troposphere import Base64, Join

VERSION = "25.8.8.26"
"""Of ClickHouse, one with long support."""

FINGERPRINT = "3A9EA1193A97B548BE1457D48919F6BD2B48D754"
"""Of the key that signs ClickHouse's repository of packages, as its documentation has it."""

PORT = 8443
"""Where the database answers, over TLS."""

_MARK = re.compile(r"\{\{([a-z]+)\}\}")


def user_data(values: Mapping[str, str], volume: object) -> Base64:
    """The script with its values.

    Each mark is replaced once, by its own value, quoted for the shell; no value is looked through
    (fault 44).

    Args:
        values: by the names of the marks.
        volume: a reference to the disk, which CloudFormation resolves.
    """
    known = {**values, "version": VERSION, "fingerprint": FINGERPRINT, "port": str(PORT)}
    parts: list[Any] = []
    for index, piece in enumerate(_MARK.split(_script())):
        is_mark = index % 2 == 1
        if not is_mark:
            parts.append(piece)
        elif piece == "volume":
            parts.append(volume)
        else:
            parts.append(shlex.quote(known[piece]))
    return Base64(Join("", _joined(parts)))


@cache
def _script() -> str:
    return files(__package__).joinpath("boot.sh").read_text()


def _joined(parts: list[Any]) -> list[Any]:
    """Neighbouring texts as one."""
    made: list[Any] = []
    for part in parts:
        if made and isinstance(part, str) and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return made
