"""The architecture of AWS's types of machines, which their names tell."""

from __future__ import annotations

import re
from typing import Literal

Architecture = Literal["arm64", "x86_64"]

_TYPE = re.compile(
    r"([a-z]+|u-\d+tb)(\d+)([a-z0-9-]*)\.(nano|micro|small|medium|\d*x?large|metal[a-z0-9-]*)"
)


def architecture_of(instance_type: str) -> Architecture | Literal[""]:
    """Of `t4g.small`, `arm64`; "" if that is no type of machines.

    AWS marks its own processors by a "g" behind the generation; a1 and mac2 are older than that.
    """
    found = _TYPE.fullmatch(instance_type)
    if found is None:
        return ""
    family, generation, marks, _ = found.groups()
    if family == "mac":
        return "x86_64" if generation == "1" else "arm64"
    return "arm64" if family == "a" or "g" in marks.partition("-")[0] else "x86_64"
