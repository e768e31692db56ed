"""The script that makes a machine one of praktika's, with its values.

Nothing in it is secret: whoever is on the machine can read it. It does no more than is missing, so
that a machine whose image has everything starts within seconds.
"""

from __future__ import annotations

import base64
import re
import shlex
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from troposphere import Base64, Join

from praktika.model.facts import Trust

UNIT = "praktika-controller.service"
"""The unit of systemd that the machine then is."""

USER = "praktika-job"
"""Whom jobs run as."""

_MARK = re.compile(r"\{\{([a-z]+)\}\}")
_LIMIT = 16_000
"""Bytes of user data that EC2 takes, and some more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What the script needs.

    Attributes:
        region, bucket: where the platform is.
        key: of the platform's archive in the bucket; what CloudFormation resolves may be in it.
        trust: of the code that runs there. Only where it is trusted do jobs get at Docker.
        own: a script of the author's, which is run before praktika starts, or "".
        starts: whether the controller is started; not while an image is made.
    """

    region: str
    bucket: str
    key: object
    trust: Trust = "trusted"
    own: str = ""
    starts: bool = True


def user_data(boot: Boot) -> Base64:
    """The user data of a launch template."""
    return Base64(script(boot))


def script(boot: Boot) -> Join:
    """The script.

    Each mark is replaced once, by its own value, quoted for the shell; no value is looked through
    (fault 44).

    Raises:
        ValueError: it would be longer than EC2 takes.
    """
    values = {
        "region": boot.region,
        "bucket": boot.bucket,
        "trust": boot.trust,
        "user": USER,
        "starts": "yes" if boot.starts else "no",
        "own": base64.b64encode(boot.own.encode()).decode(),
    }
    parts: list[Any] = []
    for index, piece in enumerate(_MARK.split(_text("boot.sh"))):
        match index % 2, piece:
            case 0, _:
                parts.append(piece)
            case _, "key":
                parts += ["'", boot.key, "'"]
            case _, "unit" | "fetch":
                parts.append(_text({"unit": UNIT, "fetch": "fetch.py"}[piece]))
            case _:
                parts.append(shlex.quote(values[piece]))
    joined = _joined(parts)
    size = sum(len(one.encode()) for one in joined if isinstance(one, str))
    if size > _LIMIT:
        raise ValueError(f"user data of {size} bytes, of which EC2 takes {_LIMIT}")
    return Join("", joined)


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _joined(parts: list[Any]) -> list[Any]:
    """Neighbouring texts as one."""
    made: list[Any] = []
    for part in parts:
        if made and isinstance(part, str) and isinstance(made[-1], str):
            made[-1] += part
        else:
            made.append(part)
    return made
